namespace RideIngest.Streams.Gathering;

/// <summary>Items that gather, for instance for one commit.</summary>
public sealed class GatheredItems<TItem> : IGatheredFrame<TItem>
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<TItem> _items = [];

    public int Count => _items.Count;

    public bool IsSettled => _ended.Task.IsCompleted;

    public Task Ended => _ended.Task;

    public IReadOnlyList<TItem> Items => _items;

    public void Add(TItem item) => _items.Add(item);

    public void End() => _ended.TrySetResult();
}
