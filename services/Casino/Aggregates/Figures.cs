using System.ComponentModel;

namespace RideIngest.Casino.Aggregates;

/// <summary>The body of <c>GET /materialized</c>.</summary>
[Description("What was counted")]
internal sealed record Figures(
    [property: Description("Events, each counted once")] long EventsTotal,
    [property: Description("Since the counting began")] double EventsPerMinute,
    [property: Description("Over the last minute")] double EventsPerSecondMovingAverage,
    [property: Description(
        "The player with the most bets; of several, the lowest id. Null while there is none; likewise the others")] Top? TopPlayerBets,
    [property: Description("The player with the most bets won")] Top? TopPlayerWins,
    [property: Description("The player with the largest deposits, in EUR cents")] Top? TopPlayerDeposits);

[Description("A player who leads")]
internal sealed record Top(
    [property: Description("The player's id")] long Id,
    [property: Description("Bets, bets won, or EUR cents deposited")] decimal Count);
