namespace RideIngest.LocalServers.Containers;

/// <summary>The container images, the same as in docker-compose.yml.</summary>
internal static class ServerImages
{
    public const string NatsVersion = "2.12";
    public const string Nats = $"nats:{NatsVersion}-alpine";
    public const string Postgres = "postgres:17-alpine";
}
