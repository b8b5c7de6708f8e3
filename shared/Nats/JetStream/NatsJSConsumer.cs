using System.Runtime.CompilerServices;
using NATS.Client.Core;
using NATS.Client.JetStream.Consuming;
using NATS.Client.JetStream.Models;

namespace NATS.Client.JetStream;

/// <inheritdoc cref="INatsJSConsumer"/>
public class NatsJSConsumer : INatsJSConsumer
{
    private readonly NatsJSContext _context;
    private readonly PullTarget _target;
    private bool _deleted;

    internal NatsJSConsumer(NatsJSContext context, ConsumerInfo info)
    {
        _context = context;
        _target = new PullTarget(context, info.StreamName, info.Name);
        Info = info;
    }

    public ConsumerInfo Info { get; private set; }

    public async ValueTask<bool> DeleteAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfDeleted();
        return _deleted = await _context.DeleteConsumerAsync(_target.Stream, _target.Consumer, cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<INatsJSMsg<T>> ConsumeAsync<T>(
        INatsDeserialize<T>? serializer = default,
        NatsJSConsumeOpts? opts = default,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ThrowIfDeleted();
        cancellationToken.ThrowIfCancellationRequested();
        opts ??= _context.Opts.DefaultConsumeOpts;

        await using var pull = new ContinuousPull<T>(_target, PullSettings.From(opts), serializer, endsWhenLost: false);
        await pull.StartAsync(cancellationToken).ConfigureAwait(false);
        while (await pull.HasMoreAsync(cancellationToken).ConfigureAwait(false))
        {
            while (!cancellationToken.IsCancellationRequested && pull.TryTake(out var msg))
                yield return msg;
        }

        if (opts.DrainOnCancel && cancellationToken.IsCancellationRequested)
        {
            var drained = pull.DrainAsync(CancellationToken.None);
            while (await pull.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
            {
                while (pull.TryTake(out var msg))
                    yield return msg;
            }

            await drained.ConfigureAwait(false);
        }
    }

    public async ValueTask<INatsJSMsg<T>?> NextAsync<T>(
        INatsDeserialize<T>? serializer = default, NatsJSNextOpts? opts = default, CancellationToken cancellationToken = default)
    {
        opts ??= _context.Opts.DefaultNextOpts;
        await using var pull = await FetchAsync(AsFetch(opts), noWait: false, serializer, cancellationToken).ConfigureAwait(false);
        return await pull.WaitToReadAsync(cancellationToken).ConfigureAwait(false) && pull.TryTake(out var msg) ? msg : null;
    }

    /// <remarks>A cancelled fetch ends; a cancelled <see cref="FetchNoWaitAsync{T}"/> throws. So they do in NATS.Net.</remarks>
    public async IAsyncEnumerable<INatsJSMsg<T>> FetchAsync<T>(
        NatsJSFetchOpts opts,
        INatsDeserialize<T>? serializer = default,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var pull = await FetchAsync(opts, noWait: false, serializer, cancellationToken).ConfigureAwait(false);
        while (await pull.HasMoreAsync(cancellationToken).ConfigureAwait(false))
        {
            while (!cancellationToken.IsCancellationRequested && pull.TryTake(out var msg))
                yield return msg;
        }
    }

    public async IAsyncEnumerable<INatsJSMsg<T>> FetchNoWaitAsync<T>(
        NatsJSFetchOpts opts,
        INatsDeserialize<T>? serializer = default,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var pull = await FetchAsync(opts, noWait: true, serializer, cancellationToken).ConfigureAwait(false);
        while (await pull.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (pull.TryTake(out var msg))
                yield return msg;
        }
    }

    public async ValueTask RefreshAsync(CancellationToken cancellationToken = default) =>
        Info = await _context.JSRequestResponseAsync<object, ConsumerInfo>(
            _target.InfoSubject, null, cancellationToken).ConfigureAwait(false);

    internal static NatsJSFetchOpts AsFetch(NatsJSNextOpts opts) => new()
    {
        MaxMsgs = 1,
        Expires = opts.Expires,
        IdleHeartbeat = opts.IdleHeartbeat,
        NotificationHandler = opts.NotificationHandler,
    };

    private async ValueTask<SinglePull<T>> FetchAsync<T>(
        NatsJSFetchOpts opts, bool noWait, INatsDeserialize<T>? serializer, CancellationToken cancellationToken)
    {
        ThrowIfDeleted();
        cancellationToken.ThrowIfCancellationRequested();
        var pull = new SinglePull<T>(_target, PullSettings.From(opts, noWait), serializer);
        try
        {
            await pull.StartAsync(cancellationToken).ConfigureAwait(false);
            return pull;
        }
        catch
        {
            await pull.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private void ThrowIfDeleted()
    {
        if (_deleted)
            throw new NatsJSException($"Consumer '{_target.Stream}:{_target.Consumer}' is deleted");
    }
}
