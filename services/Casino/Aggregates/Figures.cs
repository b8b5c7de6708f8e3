namespace RideIngest.Casino.Aggregates;

/// <summary>What <c>GET /materialized</c> answers.</summary>
/// <param name="EventsPerMinute">Since the counting began.</param>
/// <param name="EventsPerSecondMovingAverage">Over the last minute.</param>
/// <param name="TopPlayerBets">The player with the most bets; of several, the lowest id. Null while there is none; likewise the others.</param>
/// <param name="TopPlayerDeposits">In EUR cents.</param>
internal sealed record Figures(
    long EventsTotal,
    double EventsPerMinute,
    double EventsPerSecondMovingAverage,
    Top? TopPlayerBets,
    Top? TopPlayerWins,
    Top? TopPlayerDeposits);

internal sealed record Top(long Id, decimal Count);
