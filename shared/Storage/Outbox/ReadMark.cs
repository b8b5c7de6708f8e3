namespace RideIngest.Storage.Outbox;

/// <summary>
/// The number up to which an outbox is read for good, from which the next page starts: until the next vacuum, Postgres passes over the
/// entries of all events that are deleted. A transaction that commits late may add a lower number than those already read, so the mark
/// follows a page only when all transactions have ended that had begun when the page was read.
/// </summary>
internal sealed class ReadMark
{
    private (long Number, long Begun)? _next;

    /// <summary>Events with this number or a lower one are not read any more.</summary>
    public long Number { get; private set; }

    /// <summary>Counts a page that is published whole.</summary>
    /// <param name="begunBefore">Transactions with a greater id began after it was read.</param>
    public void Passed(WaitingPage page, long begunBefore)
    {
        var last = page.Events[^1].Number;
        if (_next is { } next && page.EndedBefore >= next.Begun)
            Number = Math.Max(Number, Math.Min(next.Number, last));
        if (_next is null || Number >= _next.Value.Number)
            _next = (last, begunBefore);
    }

    /// <summary>Starts anew, because events before the mark wait.</summary>
    public void Clear() => (Number, _next) = (0, null);
}
