using System.Diagnostics;
using System.Text.Json;
using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Nats;

/// <summary>A JetStream cluster of private nats-servers on the loopback interface.</summary>
public sealed class NatsCluster : IAsyncDisposable
{
    private const int Attempts = 5;
    private static readonly TimeSpan WholeWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private static readonly HttpClient Monitor = new() { Timeout = TimeSpan.FromSeconds(2) };

    private readonly List<NatsServer> _servers = [];

    private NatsCluster()
    {
    }

    public IReadOnlyList<NatsServer> Servers => _servers;

    /// <summary>The URLs of all servers, separated by commas.</summary>
    public string Url => string.Join(',', _servers.Select(server => server.Url));

    /// <summary>Starts the servers, and waits until JetStream has a leader that counts them all.</summary>
    /// <exception cref="NotSupportedException">Private servers run in containers.</exception>
    /// <param name="options">Options for each server; each gets its own temporary directory.</param>
    public static async Task<NatsCluster> StartAsync(
        int size = 3, NatsServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new NatsServerOptions();
        for (var attempt = 1; ; attempt++)
        {
            var cluster = new NatsCluster();
            try
            {
                await cluster.StartServersAsync(size, options, cancellationToken).ConfigureAwait(false);
                if (await cluster.IsWholeAsync(cancellationToken).ConfigureAwait(false))
                    return cluster;
                if (attempt == Attempts)
                    throw new LocalServerException(
                        $"{size} nats-servers do not form one JetStream cluster: its leader counts fewer, {Attempts} times in a row.");
                await cluster.DisposeAsync().ConfigureAwait(false);
            }
            catch (LocalServerException e) when (attempt < Attempts
                && e.Message.Contains("address already in use", StringComparison.Ordinal))
            {
                // Another process took a route port between the pick and the start.
                await cluster.DisposeAsync().ConfigureAwait(false);
            }
            catch
            {
                await cluster.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    /// <summary>Waits until all running servers agree on a JetStream leader and are up to date; returns the leader.</summary>
    public async Task<NatsServer> LeaderAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var running = _servers.Where(server => server.ProcessId != 0).ToArray();
            var seen = await Task.WhenAll(running.Select(server => MetaSeenByAsync(server, cancellationToken))).ConfigureAwait(false);
            if (seen.Select(meta => meta?.Leader).Distinct().ToArray() is [{ Length: > 0 } name]
                && running.FirstOrDefault(server => server.Name == name) is { } leader)
                return leader;
            await Task.Delay(Interval, cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync() =>
        await Task.WhenAll(_servers.Select(server => server.DisposeAsync().AsTask())).ConfigureAwait(false);

    /// <summary>
    /// Whether the leader counts every server. nats-server 2.10 sometimes forms the cluster without one of them permanently, and then
    /// cannot survive the loss of another.
    /// </summary>
    private async Task<bool> IsWholeAsync(CancellationToken cancellationToken)
    {
        var leader = await LeaderAsync(cancellationToken).ConfigureAwait(false);
        for (var since = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(since) < WholeWithin;)
        {
            if (await MetaSeenByAsync(leader, cancellationToken).ConfigureAwait(false) is { } meta && meta.Followers == _servers.Count - 1)
                return true;
            await Task.Delay(Interval, cancellationToken).ConfigureAwait(false);
        }
        return false;
    }

    private static async Task<Meta?> MetaSeenByAsync(NatsServer server, CancellationToken cancellationToken)
    {
        try
        {
            var address = $"http://127.0.0.1:{server.MonitorPort}";
            using var health = await Monitor.GetAsync($"{address}/healthz", cancellationToken).ConfigureAwait(false);
            if (!health.IsSuccessStatusCode)
                return null;
            using var json = JsonDocument.Parse(await Monitor.GetStringAsync($"{address}/jsz", cancellationToken).ConfigureAwait(false));
            if (!json.RootElement.TryGetProperty("meta_cluster", out var meta) || !meta.TryGetProperty("leader", out var leader))
                return null;
            var followers = meta.TryGetProperty("replicas", out var others)
                ? others.EnumerateArray().Count(other => other.GetProperty("current").GetBoolean())
                : 0;
            return new Meta(leader.GetString(), followers);
        }
        catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    private async Task StartServersAsync(int size, NatsServerOptions options, CancellationToken cancellationToken)
    {
        var name = $"local-{Guid.NewGuid():N}";
        var password = options.Password ?? PasswordFile.Random();
        var ports = Enumerable.Range(0, size).Select(_ => FreePort.Pick()).ToArray();
        var starts = ports.Select((port, index) => NatsServer.StartAsync(
            options with
            {
                Name = $"node-{index + 1}",
                DataDirectory = null,
                Port = null,
                MonitorPort = 0,
                Password = password,
                Routes = new NatsRoutes(name, port, ports),
            },
            cancellationToken)).ToArray();
        try
        {
            await Task.WhenAll(starts).ConfigureAwait(false);
        }
        finally
        {
            foreach (var start in starts.Where(start => start.IsCompletedSuccessfully))
                _servers.Add(await start.ConfigureAwait(false));
        }
    }

    /// <summary>The JetStream cluster as seen by one server.</summary>
    /// <param name="Followers">The number of followers that are up to date, if this server leads.</param>
    private sealed record Meta(string? Leader, int Followers);
}
