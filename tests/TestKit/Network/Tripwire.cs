using System.Text;

namespace RideIngest.TestKit.Network;

/// <summary>Which way bytes go through a proxy.</summary>
public enum Way
{
    ToServer,
    ToClient,
}

/// <summary>
/// Waits for a text on the wire and then tears down the connection that carries it, once: what comes before the text is delivered,
/// and of what begins with it only the first <paramref name="passing"/> bytes. It sees what arrives in one read.
/// </summary>
/// <param name="tripped">Runs between the two, while the other end still knows nothing.</param>
/// <param name="held">With it the connection stays whole: what was not delivered waits until this has ended, and so does all that follows
/// it.</param>
public sealed class Tripwire(Way way, string text, int passing = 0, Action? tripped = null, Task? held = null)
{
    private readonly byte[] _text = Encoding.ASCII.GetBytes(text);
    private readonly TaskCompletionSource _hit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _claimed;

    /// <summary>Ends when it has been tripped.</summary>
    public Task Hit => _hit.Task;

    internal Task? Held => held;

    /// <summary>How many of these bytes pass, if this is what was waited for; null if not.</summary>
    internal int? Catch(Way going, ReadOnlySpan<byte> bytes)
    {
        if (going != way || Volatile.Read(ref _claimed) != 0 || bytes.IndexOf(_text) is not (>= 0 and var at))
            return null;
        return Interlocked.Exchange(ref _claimed, 1) == 0 ? Math.Min(at + passing, bytes.Length) : null;
    }

    internal void Trip()
    {
        tripped?.Invoke();
        _hit.TrySetResult();
    }
}
