using RideIngest.Casino.Events;

namespace RideIngest.Casino.Aggregates;

/// <summary>The data of the live page at one moment.</summary>
/// <param name="Seconds">Events in each of the last seconds.</param>
/// <param name="Latest">The latest events, newest first.</param>
internal sealed record LiveView(
    Figures Figures, IReadOnlyList<int> Seconds, IReadOnlyList<Top> Bets, IReadOnlyList<Top> Wins, IReadOnlyList<Top> Deposits,
    IReadOnlyList<LiveEvent> Latest);

internal sealed record LiveEvent(long Id, string Type, string? Description)
{
    public static LiveEvent Of(CasinoEvent e) => new(e.Id, EventJson.Name(e.Type), e.Description);
}
