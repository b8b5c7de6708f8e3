using RideIngest.Storage.Postgres;

namespace RideIngest.Storage.Failures;

/// <summary>A row of <c>ops.failures</c>; see <see cref="NewFailure"/>.</summary>
/// <param name="At">When it happened, by the clock of Postgres.</param>
public sealed record RecordedFailure(
    DateTimeOffset At, long Id, string System, string Kind, string? Key, string? Sender, string Code, string Reason, string? TraceId);

/// <summary>Selects failures; null properties match everything.</summary>
public sealed record FailureFilter
{
    public string? Kind { get; init; }

    /// <summary>The id of the record, as text.</summary>
    public string? Key { get; init; }

    public string? TraceId { get; init; }

    public DateTimeOffset? Since { get; init; }

    /// <summary>The name of the key or token.</summary>
    public string? Sender { get; init; }
}

/// <summary>The position in a list of failures after which it continues.</summary>
public readonly record struct FailureCursor(DateTimeOffset At, long Id)
{
    public static bool TryParse(string? text, out FailureCursor cursor)
    {
        var parsed = CursorText.TryParse(text, out var at, out var id);
        cursor = new(at, id);
        return parsed;
    }

    public override string ToString() => CursorText.Of(At, Id);
}

/// <summary>A page of failures, the latest first.</summary>
/// <param name="Next">Where the list continues; null at its end.</param>
public sealed record FailurePage(IReadOnlyList<RecordedFailure> Failures, FailureCursor? Next);
