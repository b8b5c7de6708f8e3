using RideIngest.Park.Board;
using RideIngest.Park.Commands;
using RideIngest.Park.Commits;
using RideIngest.Park.Folds;
using RideIngest.Park.Settings;

namespace RideIngest.Park.Boarding;

/// <summary>
/// Lets rides leave by the clock, and suspects those that should have left. Any number of processes do this at the same time: a command is
/// decided while the ride is locked, and only the first one finds anything to do.
/// </summary>
internal sealed class Timekeeper(RideBoard board, CommandStore store, ParkSettings settings, ParkClock clock) : BackgroundService
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan UntilAgain = TimeSpan.FromMilliseconds(250);

    // Until what is not due yet by the clock of Postgres is.
    private static readonly TimeSpan Shortly = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!settings.Roles.Contains(ParkRole.Timekeeper))
            return;
        await board.Loaded.WaitAsync(stoppingToken);
        var heardSince = clock.Now;
        while (!stoppingToken.IsCancellationRequested)
        {
            var refreshed = board.Refreshed;
            var now = clock.Now;
            heardSince = store.IsAway || board.StaleSince is not null ? now : heardSince;
            var next = now + Longest;
            var due = new List<(long Ride, int Version, ParkCommand Command)>();
            foreach (var (id, ride) in board.Rides)
            {
                var at = ride.Boarding == BoardingMode.Clock ? ride.CanLeaveAt : ride.SuspectedAt(heardSince);
                if (at <= now)
                    due.Add((id, ride.Version, ride.Boarding == BoardingMode.Clock ? new Depart(id) : new SuspectRide(id, heardSince)));
                else if (at < next)
                    next = at.Value;
            }
            if (due.Count == 0)
                await Task.WhenAny(refreshed, Task.Delay(Max(next - clock.Now, Shortest), stoppingToken));
            else if (store.IsAway || !await ExecuteAsync(due))
                await Task.Delay(UntilAgain, stoppingToken);
            else if (due.Any(one => board.Find(one.Ride)?.Version == one.Version))
                await Task.Delay(Shortly, stoppingToken);
        }
    }

    /// <returns>Whether all are decided.</returns>
    private async Task<bool> ExecuteAsync(IReadOnlyList<(long Ride, int Version, ParkCommand Command)> due) => Array.TrueForAll(
        await Task.WhenAll(due.Select(one => store.ExecuteAsync(one.Command))), end => end.Way == CommandWay.Decided);

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
