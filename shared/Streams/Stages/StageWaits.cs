using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace RideIngest.Streams.Stages;

/// <summary>
/// Logs once when events of a stage begin to wait, and once when none waits any more, however many frames are returned in between.
/// </summary>
internal sealed partial class StageWaits(StageDefinition stage, ILogger logger)
{
    // A frame that has not come back by then was delivered to another process, which logs it.
    private static readonly TimeSpan Overdue = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, long> _due = [];
    private long _looked;

    /// <summary>Marks a frame as waiting.</summary>
    public void Wait(ulong sequence, TimeSpan pause, string reason)
    {
        lock (_gate)
        {
            if (_due.Count == 0)
                EventsWait(stage.System, stage.Name, reason);
            _due[sequence] = Stopwatch.GetTimestamp() + (long)(pause.TotalSeconds * Stopwatch.Frequency);
        }
    }

    /// <summary>Marks a frame as settled.</summary>
    public void Pass(ulong sequence)
    {
        lock (_gate)
        {
            if (_due.Count == 0)
                return;
            _due.Remove(sequence);
            if (_due.Count > 0 && Stopwatch.GetElapsedTime(_looked) > BetweenLooks)
            {
                _looked = Stopwatch.GetTimestamp();
                foreach (var (other, due) in _due)
                {
                    if (due < _looked && Stopwatch.GetElapsedTime(due) > Overdue)
                        _due.Remove(other);
                }
            }
            if (_due.Count == 0)
                GoesOn(stage.System, stage.Name);
        }
    }

    [LoggerMessage(3211, LogLevel.Warning, "Events of {System} wait for stage {Stage}: {Reason}. Retrying")]
    private partial void EventsWait(string system, string stage, string reason);

    [LoggerMessage(3212, LogLevel.Information, "Events of {System} pass stage {Stage} again")]
    private partial void GoesOn(string system, string stage);
}
