using RideIngest.CheckIn.Settings;
using RideIngest.Storage.Postgres;

namespace RideIngest.CheckIn.Recovery;

/// <summary>Work that processes with the role relay repeat at a period.</summary>
internal abstract class RelayTask(TimeSpan period, Migrations migrations, CheckInSettings settings, TimeProvider clock)
    : PeriodicTask(period, settings.Roles.Contains(CheckInRole.Relay), migrations, clock)
{
    protected CheckInSettings Settings => settings;
}
