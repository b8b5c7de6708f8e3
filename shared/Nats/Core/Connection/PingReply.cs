using System.Diagnostics;

namespace NATS.Client.Core;

/// <summary>Waits for the PONG of one PING, and knows how long it took.</summary>
internal sealed class PingReply() : TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    private readonly long _sent = Stopwatch.GetTimestamp();

    public void SetResult() => TrySetResult(Stopwatch.GetElapsedTime(_sent));
}
