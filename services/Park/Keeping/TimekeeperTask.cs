using RideIngest.Park.Settings;
using RideIngest.Storage.Postgres;

namespace RideIngest.Park.Keeping;

/// <summary>Work that processes with the role timekeeper repeat at a period.</summary>
internal abstract partial class TimekeeperTask(
    TimeSpan period, Migrations migrations, ParkSettings settings, TimeProvider clock, ILogger logger)
    : PeriodicTask(period, settings.Roles.Contains(ParkRole.Timekeeper), migrations, clock)
{
    private readonly ILogger _logger = logger;

    protected override void Failed(string reason, string repeated) => NotDone(GetType().Name, reason, repeated);

    [LoggerMessage(6921, LogLevel.Warning, "{Task} could not be done: {Reason}. It is tried again{Repeated}")]
    private partial void NotDone(string task, string reason, string repeated);
}
