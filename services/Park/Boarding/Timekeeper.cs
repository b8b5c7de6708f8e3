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
internal sealed class Timekeeper(RideBoard board, CommandStore store, ParkSettings settings, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan UntilAgain = TimeSpan.FromMilliseconds(250);
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
            if (due.Count > 0 && !store.IsAway && await ExecuteAsync(due))
                continue;
            if (due.Count > 0)
                await Task.Delay(UntilAgain, clock, stoppingToken);
            else
                await Task.WhenAny(refreshed, Task.Delay(Max(next - clock.GetUtcNow(), Shortest), clock, stoppingToken));
        }
    }

    /// <returns>Whether all are decided.</returns>
    private async Task<bool> ExecuteAsync(IReadOnlyList<ParkCommand> commands) =>
        Array.TrueForAll(await Task.WhenAll(commands.Select(ExecuteAsync)), isDecided => isDecided);

    private async Task<bool> ExecuteAsync(ParkCommand command)
    {
        var due = command is Depart depart ? board.Find(depart.Ride)?.CanLeaveAt : null;
        var end = await store.ExecuteAsync(command);
        if (end.Answer?.Body is true && due is { } at)
            ParkTelemetry.Departed(clock.GetUtcNow() - at);
        return end.Way == CommandWay.Decided;
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
