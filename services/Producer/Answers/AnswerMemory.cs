using RideIngest.Producer.Settings;

namespace RideIngest.Producer.Answers;

/// <summary>
/// The memory of all answers that uploads hold until they end. One half is divided equally, so that each upload always has its part. The
/// other half is common. When it is used up, uploads that list all results wait while another one may free some, and otherwise end. Other
/// uploads go on and list fewer results.
/// </summary>
internal sealed class AnswerMemory
{
    private static readonly TimeSpan LongestStandstill = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly long _each;
    private readonly long _common;
    private long _used;
    private int _proceeding;
    private TaskCompletionSource _freed = NewSignal();

    public AnswerMemory(ProducerSettings settings)
    {
        var all = settings.AnswerMemory > 0 ? settings.AnswerMemory : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8;
        _common = all / 2;
        _each = all / 2 / settings.Uploads;
    }

    public AnswerShare Share() => new(this);

    internal void Set(AnswerShare share, long held)
    {
        lock (_gate)
        {
            var (from, to) = (Common(share.Held), Common(held));
            Change(share, held, share.Waits);
            _used += to - from;
            if (to >= from)
                return;
            _freed.TrySetResult();
            _freed = NewSignal();
        }
    }

    internal bool HasRoom(AnswerShare share)
    {
        lock (_gate)
            return MayHoldMore(share);
    }

    /// <summary>
    /// Waits until an upload may hold more. Returns false if all that use the common half wait, or if none has freed any for a while.
    /// </summary>
    internal async ValueTask<bool> WaitAsync(AnswerShare share, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task freed;
            lock (_gate)
            {
                if (MayHoldMore(share))
                    return true;
                Change(share, share.Held, waits: true);
                freed = _proceeding > 0 ? _freed.Task : Task.FromException(new TimeoutException());
            }
            try
            {
                await freed.WaitAsync(LongestStandstill, cancellationToken);
            }
            catch (TimeoutException)
            {
                return false;
            }
            finally
            {
                lock (_gate)
                    Change(share, share.Held, waits: false);
            }
        }
    }

    private bool MayHoldMore(AnswerShare share) => share.Held < _each || _used < _common;

    private long Common(long held) => Math.Max(0, held - _each);

    private void Change(AnswerShare share, long held, bool waits)
    {
        _proceeding -= Proceeds() ? 1 : 0;
        (share.Held, share.Waits) = (held, waits);
        _proceeding += Proceeds() ? 1 : 0;

        bool Proceeds() => Common(share.Held) > 0 && !share.Waits;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
