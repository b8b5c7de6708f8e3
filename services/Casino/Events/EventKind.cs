using RideIngest.Records.Fields;
using RideIngest.Records.Kinds;

namespace RideIngest.Casino.Events;

/// <summary>The fields of a posted event and their validation. Casino events have no table.</summary>
internal sealed class EventKind() : Kind<CasinoEvent>("events", "casino",
    Field(e => e.PlayerId).AtLeast(1),
    Field(e => e.GameId).AtLeast(1),
    Choice(e => e.Type),
    Field(e => e.Amount).Between(0, EventKind.MostAmount),
    Text(e => e.Currency, 3).Matching($"^({string.Join('|', Currencies.All)})$", $"one of {string.Join(", ", Currencies.All)}"),
    Field(e => e.HasWon),
    Field(e => e.CreatedAt))
{
    /// <summary>Keeps every amount in EUR cents within 64 bits, whatever the currency.</summary>
    public const long MostAmount = 1_000_000_000_000;

    public override CasinoEvent Sample { get; } = new()
    {
        Id = 1,
        PlayerId = 11,
        GameId = 101,
        Type = EventType.Bet,
        Amount = 500,
        Currency = "USD",
        HasWon = false,
        CreatedAt = new(2022, 2, 2, 23, 45, 0, TimeSpan.Zero),
    };

    protected override void Check(CasinoEvent record, ref FieldProblems problems)
    {
        if (problems.Has("type"))
            return;
        Complete(record);
        var (type, bet, deposit) = (record.Type, record.Type == EventType.Bet, record.Type == EventType.Deposit);
        Expect("game_id", record.GameId is not null, !deposit, "is not for deposits", ref problems);
        Expect("amount", record.Amount is not null, bet || deposit, "is for bets and deposits only", ref problems);
        Expect("currency", record.Currency is not null, bet || deposit, "is for bets and deposits only", ref problems);
        Expect("has_won", record.HasWon is not null, bet, "is for bets only", ref problems);

        void Expect(string field, bool given, bool expected, string otherwise, ref FieldProblems problems)
        {
            if (given != expected)
                problems.Add(field, given ? otherwise : $"is required for a {EventJson.Name(type)}");
        }
    }

    /// <summary>
    /// Fills in omitted fields and removes meaningless ones. Some senders omit fields at their zero value, and others send zero values
    /// where a field has no meaning: a bet without has_won is lost, and a missing amount is 0.
    /// </summary>
    private static void Complete(CasinoEvent record)
    {
        if (record.Type is EventType.Bet or EventType.Deposit)
            record.Amount ??= 0;
        else if (record.Amount == 0)
            record.Amount = null;
        if (record.Type == EventType.Bet)
            record.HasWon ??= false;
        else if (record.HasWon == false)
            record.HasWon = null;
    }
}
