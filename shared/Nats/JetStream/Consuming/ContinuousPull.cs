using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using NATS.Client.JetStream.Models;

namespace NATS.Client.JetStream.Consuming;

/// <summary>
/// A pull that is renewed at the threshold, and after whatever ended it. With <paramref name="endsWhenLost"/> it is not
/// renewed after a loss: an ordered consumer has to look where it stands first.
/// </summary>
internal sealed class ContinuousPull<T>(PullTarget target, PullSettings settings, INatsDeserialize<T>? deserializer, bool endsWhenLost)
    : PullSubscription<T>(target, settings, deserializer)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(125);

    private readonly ILogger _logger = target.Context.Connection.Opts.LoggerFactory.CreateLogger<NatsJSConsumer>();
    private readonly PullCredit _credit = new(settings.Max, settings.Threshold);
    private int _lossesInRow;
    private int _missingInRow;
    private bool _started;
    private volatile bool _retrying;
    private volatile bool _draining;

    protected override long Ask()
    {
        _started = true;
        return _draining ? 0 : _credit.Ask();
    }

    protected override long AskAnew()
    {
        if (endsWhenLost && _started)
        {
            // Not from here: the connection is in the middle of its hand-shake.
            ThreadPool.UnsafeQueueUserWorkItem(
                static pull => pull.End(new NatsJSConnectionException("reconnected")), this, preferLocal: false);
            return 0;
        }

        _credit.GiveUpAll();
        return Ask();
    }

    protected override void OnArrived(long units)
    {
        _credit.Arrive(units);
        _lossesInRow = 0;
        Volatile.Write(ref _missingInRow, 0);
    }

    protected override void OnTaken(long units)
    {
        if (_credit.Take(units))
            Pull();
    }

    protected override void StopDelivery()
    {
        _draining = true;
        base.StopDelivery();
    }

    protected override void OnWatch()
    {
        if (Connection.ConnectionState == NatsConnectionState.Failed)
        {
            End(new NatsConnectionFailedException("The connection failed for good"));
        }
        else if (_retrying)
        {
            _retrying = false;
            WatchEvery(Watch);
            Pull();
        }
        else if (Connection.ConnectionState == NatsConnectionState.Open)
        {
            if (_credit.IsOwed && IsSilent)
            {
                ConsumeLog.Silent(_logger, Target.Stream, Target.Consumer);
                Notifier?.Notify(NatsJSTimeoutNotification.Default);
                if (endsWhenLost)
                {
                    End(new NatsJSTimeoutException("Idle heartbeat"));
                    return;
                }

                _credit.GiveUpAll();
                _ = LookForConsumerAsync();
            }

            Pull();
        }
    }

    protected override void OnStatus(NatsHeaders status)
    {
        switch (PullStatuses.Classify(status))
        {
            case PullStatus.Heartbeat:
                _lossesInRow = 0;
                break;

            case PullStatus.Finished:
                GiveUpUndelivered(status);
                Pull();
                break;

            case PullStatus.MsgTooLarge:
                ConsumeLog.MsgTooLarge(_logger, Target.Stream, Target.Consumer, Settings.Max);
                Notifier?.Notify(NatsJSMessageSizeExceedsMaxBytesNotification.Default);
                GiveUpUndelivered(status);
                Retry();
                break;

            case PullStatus.Lost:
                ConsumeLog.PullLost(_logger, Target.Stream, Target.Consumer, status.Code, status.MessageText);
                Notifier?.Notify(status.MessageText.StartsWith("Leadership", StringComparison.OrdinalIgnoreCase)
                    ? NatsJSLeadershipChangeNotification.Default
                    : new NatsJSProtocolNotification("Pull lost", status.Code, status.MessageText));
                OnLost(status);
                break;

            case PullStatus.NoResponders:
                OnNoResponders(status);
                break;

            case PullStatus.Fatal:
                End(new NatsJSProtocolException(status.Code, status.Message, status.MessageText));
                break;

            default:
                ConsumeLog.UnknownStatus(_logger, Target.Stream, Target.Consumer, status.Code, status.MessageText);
                Notifier?.Notify(new NatsJSProtocolNotification("Unhandled protocol message", status.Code, status.MessageText));
                break;
        }
    }

    private void OnNoResponders(NatsHeaders status)
    {
        if (!EndsAsMissing())
            OnLost(status);
    }

    /// <summary>The consumer seems not to exist. That may pass, as after a restart; it ends the consume when it goes on.</summary>
    private bool EndsAsMissing()
    {
        var times = Interlocked.Increment(ref _missingInRow);
        ConsumeLog.NoResponders(_logger, Target.Stream, Target.Consumer, times);
        Notifier?.Notify(NatsJSNoRespondersNotification.Default);
        if (Settings.MaxNoResponders <= 0 || times < Settings.MaxNoResponders)
            return false;

        End(new NatsJSException($"Consumer '{Target.Stream}:{Target.Consumer}' seems deleted: it was missing {times} times in a row"));
        return true;
    }

    /// <summary>Servers before 2.10 say nothing at all to a pull on a consumer that does not exist: ask.</summary>
    private async Task LookForConsumerAsync()
    {
        try
        {
            var found = await Target.Context.CallAsync<object, ConsumerInfo>(Target.InfoSubject, null, CancellationToken.None)
                .ConfigureAwait(false);
            if (found.Error is { Code: 404 })
                EndsAsMissing();
        }
        catch (Exception e) when (e is NatsException or ObjectDisposedException)
        {
            // Not known: the next missed heartbeat asks again.
        }
    }

    private void OnLost(NatsHeaders status)
    {
        if (endsWhenLost)
        {
            End(new NatsJSConnectionException($"{status.Code} {status.MessageText}"));
            return;
        }

        _credit.GiveUpAll();
        Retry();
    }

    private void GiveUpUndelivered(NatsHeaders status)
    {
        if (PullStatuses.Undelivered(status, Settings.ByBytes) is { } units)
        {
            _credit.GiveUp(units);
        }
        else
        {
            _credit.GiveUpAll();
        }
    }

    /// <summary>At once the first time, and then with doubled waits, up to the time that a silent server is given.</summary>
    private void Retry()
    {
        var losses = _lossesInRow++;
        if (losses == 0)
        {
            Pull();
            return;
        }

        var wait = FirstRetry * (1L << Math.Min(losses, 20));
        _retrying = true;
        WatchEvery(wait < 2 * Watch ? wait : 2 * Watch);
    }
}
