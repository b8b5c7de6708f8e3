using RideIngest.Records.Kinds;

namespace RideIngest.Casino.Events;

/// <summary>An action of a player. The last three properties are null at first; each of three roles sets one.</summary>
public sealed record CasinoEvent : Record<long>
{
    public long PlayerId { get; init; }

    /// <summary>Null for deposits.</summary>
    public long? GameId { get; init; }

    public EventType Type { get; init; }

    /// <summary>In the currency's smallest unit; only for bets and deposits.</summary>
    public long? Amount { get; set; }

    /// <summary>Only for bets and deposits.</summary>
    public string? Currency { get; init; }

    /// <summary>Only for bets.</summary>
    public bool? HasWon { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>In EUR cents. Null before the role currency, and for events without an amount.</summary>
    public long? AmountEur { get; set; }

    /// <summary>Null before the role player; empty for an unknown player.</summary>
    public Player? Player { get; set; }

    /// <summary>Null before the role description.</summary>
    public string? Description { get; set; }
}

/// <summary>The player's data in Postgres.</summary>
public sealed record Player(string? Email = null, DateTimeOffset? LastSignedInAt = null)
{
    /// <summary>An unknown player.</summary>
    public static readonly Player Missing = new();
}
