using RideIngest.Storage.Postgres;

namespace RideIngest.Storage.DeadLetters;

/// <summary>Selects dead letters; null properties match everything.</summary>
public sealed record DeadLetterFilter
{
    public string? System { get; init; }
    public string? Stage { get; init; }
    public string? Kind { get; init; }
    public string? Code { get; init; }
    public string? Fingerprint { get; init; }
    public DeadLetterClass? Class { get; init; }
    public DeadLetterState? State { get; init; }
    public string? Key { get; init; }
    public string? TraceId { get; init; }

    /// <summary>Part of the key, code, message or the first 2 KB of the payload; the case of ASCII letters does not matter.</summary>
    public string? Text { get; init; }

    /// <summary>Whether any sender may count on the letter.</summary>
    public bool? Owed { get; init; }
}

/// <summary>The position in a list of dead letters after which it continues.</summary>
public readonly record struct DeadLetterCursor(DateTimeOffset LastAt, long Id)
{
    public static bool TryParse(string? text, out DeadLetterCursor cursor)
    {
        var parsed = CursorText.TryParse(text, out var at, out var id);
        cursor = new(at, id);
        return parsed;
    }

    public override string ToString() => CursorText.Of(LastAt, Id);
}
