using RideIngest.Park.Board;
using RideIngest.Park.Commands;
using RideIngest.Park.Commits;
using RideIngest.Park.Folds;
using RideIngest.Park.Settings;
using RideIngest.Park.Telemetry;

namespace RideIngest.Park.Boarding;

/// <summary>
/// Lets rides leave by the clock, and suspects those that should have left. Any number of processes do this at the same time: a command is
/// decided while the ride is locked, and only the first one finds anything to do.
/// </summary>
internal sealed partial class Timekeeper(
    RideBoard board, CommandStore store, ParkSettings settings, TimeProvider clock, ILogger<Timekeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!settings.Roles.Contains(ParkRole.Timekeeper))
            return;
        await board.Loaded.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            var refreshed = board.Refreshed;
            var now = clock.GetUtcNow();
            var next = now + Longest;
            var due = new List<ParkCommand>();
            foreach (var (id, ride) in board.Rides)
            {
                var at = ride.Boarding == BoardingMode.Clock ? ride.CanLeaveAt : ride.SuspectedAt;
                if (at <= now)
                    due.Add(ride.Boarding == BoardingMode.Clock ? new Depart(id) : new SuspectRide(id));
                else if (at < next)
                    next = at.Value;
            }
            if (due.Count > 0 && !store.IsAway)
                await Task.WhenAll(due.Select(ExecuteAsync));
            else
                await Task.WhenAny(refreshed, Task.Delay(Max(next - clock.GetUtcNow(), Shortest), clock, stoppingToken));
        }
    }

    private async Task ExecuteAsync(ParkCommand command)
    {
        var due = command is Depart depart ? board.Find(depart.Ride)?.CanLeaveAt : null;
        var end = await store.ExecuteAsync(command);
        if (end.Way == CommandWay.Failed)
            NotDone(command.Name);
        if (end.Answer?.Body is int and > 0 && due is { } at)
            ParkTelemetry.Departed(clock.GetUtcNow() - at);
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    [LoggerMessage(6911, LogLevel.Error, "The timekeeper's command {Command} failed. It is tried again")]
    private partial void NotDone(string command);
}
