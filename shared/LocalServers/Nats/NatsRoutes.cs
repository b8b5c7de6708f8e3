namespace RideIngest.LocalServers.Nats;

/// <summary>A server's route port and the route ports of the whole cluster.</summary>
internal sealed record NatsRoutes(string Cluster, int Port, IReadOnlyList<int> Everyone);
