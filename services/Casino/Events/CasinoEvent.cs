using RideIngest.Records.Kinds;

namespace RideIngest.Casino.Events;

/// <summary>Something that a player did. The first properties are published; each enricher completes one of the last three.</summary>
public sealed record CasinoEvent : Record
{
    public long PlayerId { get; init; }

    /// <summary>Null for deposits.</summary>
    public long? GameId { get; init; }

    public EventType Type { get; init; }

    /// <summary>In the currency's smallest unit; bets and deposits only.</summary>
    public long? Amount { get; set; }

    /// <summary>Bets and deposits only.</summary>
    public string? Currency { get; init; }

    /// <summary>Bets only.</summary>
    public bool? HasWon { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>In EUR cents. Null before the role currency has seen it, and where there is no amount.</summary>
    public long? AmountEur { get; set; }

    /// <summary>Null before the role player has looked; empty when there is no such player.</summary>
    public Player? Player { get; set; }

    /// <summary>Null before the role description has written it.</summary>
    public string? Description { get; set; }
}

/// <summary>What Postgres knows of a player.</summary>
public sealed record Player(string? Email = null, DateTimeOffset? LastSignedInAt = null)
{
    /// <summary>Nothing is known.</summary>
    public static readonly Player Missing = new();
}
