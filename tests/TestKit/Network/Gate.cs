namespace RideIngest.TestKit.Network;

/// <summary>A door that tasks wait at while it is closed.</summary>
internal sealed class Gate
{
    private TaskCompletionSource? _closed;

    public void Close() => Interlocked.CompareExchange(ref _closed, new(TaskCreationOptions.RunContinuationsAsynchronously), null);

    public void Open() => Interlocked.Exchange(ref _closed, null)?.TrySetResult();

    public Task PassAsync(CancellationToken cancellationToken) =>
        Volatile.Read(ref _closed)?.Task.WaitAsync(cancellationToken) ?? Task.CompletedTask;
}
