using NATS.Client.Core;
using Npgsql;
using RideIngest.Hosting.Health;
using RideIngest.Storage.Postgres;

namespace RideIngest.Streams.Systems;

/// <summary>
/// Reports that no events can be taken. While only NATS or only Postgres is unavailable, they can, and load balancers must keep sending.
/// </summary>
internal sealed class IntakeReadiness(INatsConnection nats, PostgresPing postgres) : IReadinessCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public string Name => "intake";

    public async ValueTask<string?> MissingAsync(CancellationToken cancellationToken)
    {
        if (nats.ConnectionState == NatsConnectionState.Open)
            return null;
        try
        {
            await postgres.AskAsync(Patience, cancellationToken);
            return null;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
        {
            return "Neither NATS nor Postgres can be reached: senders get 503.";
        }
    }
}
