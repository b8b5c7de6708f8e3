namespace RideIngest.Hosting.Processes;

/// <summary>Whether the process ends before it has started, because it was told to stop or because its start failed.</summary>
internal sealed class Ending
{
    private CancellationToken _asked;
    private volatile bool _failed;

    public bool HasBegun => _failed || _asked.IsCancellationRequested;

    /// <summary>Must be called before the first service starts.</summary>
    public void BeginsWith(CancellationToken asked) => _asked = asked;

    public void Failed() => _failed = true;
}
