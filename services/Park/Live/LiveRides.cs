using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using RideIngest.Hosting.Endpoints;
using RideIngest.Park.Board;
using RideIngest.Park.Commits;
using RideIngest.Park.Telemetry;

namespace RideIngest.Park.Live;

/// <summary>
/// What live clients are sent: at most once a second, the rides whose figures have changed. What is sent is written once for all clients.
/// </summary>
internal sealed class LiveRides(RideBoard board, ParkClock clock) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // So that proxies keep the connection, and a client that is gone is noticed.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);
    private static readonly byte[] Comment = ":\n\n"u8.ToArray();

    private readonly Dictionary<long, SentRide> _sent = [];
    private Activity? _followed;
    private volatile LiveMoment _now = new(0, default, "", [], []);

    /// <summary>What was sent last.</summary>
    public LiveMoment Now => _now;

    /// <summary>Writes rides as server-sent events; the last one has the id, from which a client goes on.</summary>
    public static byte[] Write(IReadOnlyList<SentRide> rides, string id)
    {
        using var text = new MemoryStream();
        for (var i = 0; i < rides.Count; i++)
        {
            text.Write("event: ride\ndata: "u8);
            JsonSerializer.Serialize(text, rides[i].Figures, ApiJson.Options);
            text.Write(i == rides.Count - 1 ? Encoding.ASCII.GetBytes($"\nid: {id}\n\n") : "\n\n"u8);
        }
        return text.ToArray();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await board.Loaded.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            var refreshed = board.Refreshed;
            if (Advance())
                await Task.Delay(Pause, stoppingToken);
            else
                await Task.WhenAny(refreshed, Task.Delay(Pause, stoppingToken));
        }
    }

    /// <returns>Whether there is anything to send.</returns>
    private bool Advance()
    {
        var (mark, now, number) = (board.AsOf!, clock.Now, _now.Number + 1);
        var changed = new List<SentRide>();
        foreach (var gone in _sent.Keys.Where(ride => board.Find(ride) is null))
            _sent.Remove(gone);
        var refresh = board.Span;
        using var span = refresh is null || refresh == _followed ? null : ParkTelemetry.Following("park live", refresh.Context);
        _followed = refresh;
        foreach (var (ride, state) in board.Rides)
        {
            var figures = board.Figures(ride, state);
            if (_sent.TryGetValue(ride, out var before) && before.Figures.IsLike(figures))
                continue;
            changed.Add(_sent[ride] = new(number, now, mark.ChangedIn(ride, state), figures));
        }
        if (changed.Count == 0 && now - _now.At < Silence)
            return false;
        var id = string.Create(CultureInfo.InvariantCulture, $"{mark.Transaction}-{now.ToUnixTimeMilliseconds()}");
        var last = _now;
        _now = new(number, now, id, [.. _sent.Values], changed.Count > 0 ? Write(changed, id) : Comment);
        last.End();
        return true;
    }
}

/// <summary>A ride as it was sent last.</summary>
/// <param name="Number">Of the moment.</param>
/// <param name="ChangedIn">The transaction that changed it.</param>
internal sealed record SentRide(long Number, DateTimeOffset At, long ChangedIn, RideFigures Figures);

/// <summary>What is sent to live clients at once.</summary>
/// <param name="Id">From which a client goes on in any process.</param>
/// <param name="Rides">All rides.</param>
/// <param name="Bytes">What has changed since the moment before.</param>
internal sealed record LiveMoment(long Number, DateTimeOffset At, string Id, IReadOnlyList<SentRide> Rides, byte[] Bytes)
{
    // Processes notice at different times that a ride is back.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(3);

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when there is a next one.</summary>
    public Task Ended => _ended.Task;

    public void End() => _ended.TrySetResult();

    /// <summary>Writes what has changed since another moment of this process.</summary>
    public byte[] Since(LiveMoment other) => Number == other.Number + 1
        ? Bytes
        : LiveRides.Write([.. Rides.Where(ride => ride.Number > other.Number)], Id);

    /// <summary>Writes what may have changed since a moment of any process; all rides if the id is not known.</summary>
    public byte[] Since(string? id) => LiveRides.Write([.. Rides.Where(Parse(id) is var (transaction, at)
        ? ride => ride.ChangedIn >= transaction || ride.At >= at
        : _ => true)], Id);

    private static (long Transaction, DateTimeOffset At)? Parse(string? id) =>
        id?.Split('-') is [var transaction, var at]
        && long.TryParse(transaction, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds < 1L << 42
            ? (number, DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) - Margin)
            : null;
}
