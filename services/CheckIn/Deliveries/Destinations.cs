using RideIngest.CheckIn.Settings;

namespace RideIngest.CheckIn.Deliveries;

/// <summary>What is known of a destination without it.</summary>
/// <param name="Name">Its name, and that of its stage.</param>
/// <param name="Role">The role of the processes that deliver to it.</param>
/// <param name="Rate">Returns the most calls per second of all processes together.</param>
/// <param name="HonoursKeys">
/// Returns whether a repeated call has one effect. If not, one whose answer is lost is in doubt.
/// </param>
internal sealed record DestinationDefinition(
    string Name, CheckInRole Role, Func<CheckInSettings, double> Rate, Func<CheckInSettings, bool> HonoursKeys);

/// <summary>The destinations of check-outs. Each has its deliveries from the commit on, whether or not a process delivers to it.</summary>
internal static class Destinations
{
    public static readonly DestinationDefinition LaborCost = new(
        "labor-cost", CheckInRole.LaborCost, settings => settings.Legacy.Rate, settings => settings.Legacy.HonoursKeys);

    public static readonly DestinationDefinition Email = new(
        "email", CheckInRole.Email, settings => settings.Email.Rate, _ => false);

    public static readonly DestinationDefinition[] All = [LaborCost, Email];

    public static readonly string[] Names = [.. All.Select(definition => definition.Name)];
}
