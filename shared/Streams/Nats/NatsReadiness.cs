using NATS.Client.Core;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Health;

namespace RideIngest.Streams.Nats;

internal sealed class NatsReadiness(NatsConnection connection, NatsConnector connector, NatsSettings settings) : IReadinessCheck
{
    public string Name => "nats";

    public async ValueTask<string?> MissingAsync(CancellationToken cancellationToken)
    {
        try
        {
            // A ping would wait for a lost connection to reopen, so it is sent only on an open one.
            if (connection.ConnectionState == NatsConnectionState.Open)
            {
                await connection.PingAsync(cancellationToken);
                return null;
            }
        }
        catch (Exception e) when (e is NatsException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // The connection was lost meanwhile: not ready, as below.
        }

        return Advice(Redaction.Url(settings.Url), connector.Failure);
    }

    /// <summary>An operator's next step for a failure to connect.</summary>
    internal static string Advice(string url, string? failure) =>
        failure?.Contains("authorization violation", StringComparison.OrdinalIgnoreCase) == true
            ? $"NATS at {url} does not let us in. Set nats.username and nats.password, or nats.token, nats.nkey_seed or "
                + "nats.creds; each may be a file, as in nats.password_file."
            : $"No NATS server answers at {url}. Check that server and its disk, or set nats.url to one that runs."
                + (IsLoopback(url) ? " For development: nats-server -js" : "");

    // Elsewhere the advice to start a server could lead to a second, empty one.
    private static bool IsLoopback(string urls) => urls.Split(',').All(
        url => Uri.TryCreate(url.Trim(), UriKind.Absolute, out var server) && server.IsLoopback);
}
