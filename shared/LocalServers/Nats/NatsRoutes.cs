namespace RideIngest.LocalServers.Nats;

/// <summary>A node's place in a cluster: its own route port, and everyone's.</summary>
internal sealed record NatsRoutes(string Cluster, int Port, IReadOnlyList<int> Everyone);
