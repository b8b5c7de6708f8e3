using NATS.Client.Core;

namespace NATS.Client.JetStream.Consuming;

/// <summary>One pull, which ends with its last message, with what the server says, or in time.</summary>
internal sealed class SinglePull<T>(PullTarget target, PullSettings settings, INatsDeserialize<T>? deserializer)
    : PullSubscription<T>(target, settings, deserializer)
{
    private readonly long _deadline = Environment.TickCount64 + (long)(settings.Expires + Grace).TotalMilliseconds;
    private long _left = settings.Max;
    private bool _started;

    protected override long Ask()
    {
        var first = !_started;
        _started = true;
        return first ? Volatile.Read(ref _left) : 0;
    }

    protected override long AskAnew()
    {
        // A pull that does not wait has had its answer, or will not get one.
        _started = _started && Settings.NoWait;
        return Ask();
    }

    protected override void OnArrived(long units)
    {
        Volatile.Write(ref _left, _left - units);
        if (_left <= 0)
            End(Settings.ByBytes ? NatsSubEndReason.MaxBytes : NatsSubEndReason.MaxMsgs);
    }

    protected override void OnWatch()
    {
        var silent = Settings.NoWait ? Silence >= Target.Context.Opts.RequestTimeout : IsSilent;
        if (silent || Environment.TickCount64 >= _deadline)
        {
            Notifier?.Notify(NatsJSTimeoutNotification.Default);
            End(silent ? NatsSubEndReason.IdleHeartbeatTimeout : NatsSubEndReason.Timeout);
        }
    }

    protected override void OnStatus(NatsHeaders status)
    {
        switch (PullStatuses.Classify(status))
        {
            case PullStatus.Heartbeat:
                break;

            case PullStatus.Finished:
                End(status.Code == 404 ? NatsSubEndReason.NoMsgs : NatsSubEndReason.Timeout);
                break;

            case PullStatus.MsgTooLarge:
                End(NatsSubEndReason.MaxBytes);
                break;

            case PullStatus.NoResponders:
                Notifier?.Notify(NatsJSNoRespondersNotification.Default);
                End(NatsSubEndReason.None);
                break;

            case PullStatus.Lost:
                Notifier?.Notify(new NatsJSProtocolNotification("Pull lost", status.Code, status.MessageText));
                End(NatsSubEndReason.JetStreamError);
                break;

            case PullStatus.Fatal:
                End(new NatsJSProtocolException(status.Code, status.Message, status.MessageText));
                break;

            default:
                Notifier?.Notify(new NatsJSProtocolNotification("Unhandled protocol message", status.Code, status.MessageText));
                break;
        }
    }
}
