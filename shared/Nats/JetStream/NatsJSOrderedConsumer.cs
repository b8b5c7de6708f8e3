using System.Runtime.CompilerServices;
using NATS.Client.Core;
using NATS.Client.JetStream.Consuming;
using NATS.Client.JetStream.Models;

namespace NATS.Client.JetStream;

/// <summary>
/// Delivers every message once, in stream order, without acknowledgements. Behind it stands an ephemeral consumer, made anew
/// after the last message read whenever one was missed, or the consumer or the connection was lost.
/// </summary>
public class NatsJSOrderedConsumer : INatsJSConsumer
{
    private readonly NatsJSContext _context;
    private readonly string _stream;
    private readonly NatsJSOrderedConsumerOpts _opts;
    private readonly OrderedSource _fetchSource;
    private readonly CancellationToken _cancellationToken;

    /// <param name="cancellationToken">Ends every read of this consumer.</param>
    public NatsJSOrderedConsumer(string stream, NatsJSContext context, NatsJSOrderedConsumerOpts opts, CancellationToken cancellationToken)
    {
        _context = context;
        _stream = stream;
        _opts = opts;
        _cancellationToken = cancellationToken;
        _fetchSource = new OrderedSource(context, stream, opts);
        Info = new ConsumerInfo { StreamName = stream, Name = string.Empty };
    }

    /// <summary>The consumer that was last read through; without a name before the first read.</summary>
    public ConsumerInfo Info { get; private set; }

    public IAsyncEnumerable<INatsJSMsg<T>> ConsumeAsync<T>(
        INatsDeserialize<T>? serializer = default,
        NatsJSConsumeOpts? opts = default,
        CancellationToken cancellationToken = default) =>
        ConsumeAsync(serializer, opts ?? _context.Opts.DefaultConsumeOpts, static (_, _) => new ValueTask<bool>(false), cancellationToken);

    public IAsyncEnumerable<INatsJSMsg<T>> FetchAsync<T>(
        NatsJSFetchOpts opts,
        INatsDeserialize<T>? serializer = default,
        CancellationToken cancellationToken = default) =>
        FetchAsync(opts, noWait: false, serializer, cancellationToken);

    public IAsyncEnumerable<INatsJSMsg<T>> FetchNoWaitAsync<T>(
        NatsJSFetchOpts opts,
        INatsDeserialize<T>? serializer = default,
        CancellationToken cancellationToken = default) =>
        FetchAsync(opts, noWait: true, serializer, cancellationToken);

    public async ValueTask<INatsJSMsg<T>?> NextAsync<T>(
        INatsDeserialize<T>? serializer = default, NatsJSNextOpts? opts = default, CancellationToken cancellationToken = default)
    {
        var fetch = NatsJSConsumer.AsFetch(opts ?? _context.Opts.DefaultNextOpts);
        await foreach (var msg in FetchAsync(fetch, noWait: false, serializer, cancellationToken).ConfigureAwait(false))
            return msg;

        return null;
    }

    public async ValueTask RefreshAsync(CancellationToken cancellationToken = default) =>
        Info = await _context.JSRequestResponseAsync<object, ConsumerInfo>(
            $"{_context.Opts.Prefix}.CONSUMER.INFO.{_stream}.{Info.Name}", null, cancellationToken).ConfigureAwait(false);

    /// <param name="serializer">As in the public overload.</param>
    /// <param name="opts">As in the public overload.</param>
    /// <param name="endsAtStart">Told once, before the first message, how many are there to be read; true ends the read.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    internal async IAsyncEnumerable<INatsJSMsg<T>> ConsumeAsync<T>(
        INatsDeserialize<T>? serializer,
        NatsJSConsumeOpts opts,
        Func<ulong, CancellationToken, ValueTask<bool>> endsAtStart,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_cancellationToken, cancellationToken);
        var token = either.Token;
        token.ThrowIfCancellationRequested();
        var settings = PullSettings.From(opts);
        var source = new OrderedSource(_context, _stream, _opts);
        var started = false;
        while (true)
        {
            if (await CreateAsync(source, token).ConfigureAwait(false) is not { } consumer)
                yield break;

            if (!started && await endsAtStart(consumer.NumPending, token).ConfigureAwait(false))
            {
                await source.RemoveAsync(consumer).ConfigureAwait(false);
                yield break;
            }

            started = true;
            string? lost = null;
            try
            {
                var target = new PullTarget(_context, _stream, consumer.Name);
                await using var pull = new ContinuousPull<T>(target, settings, serializer, endsWhenLost: true);
                await pull.StartAsync(token).ConfigureAwait(false);
                while (lost is null)
                {
                    (var more, lost) = await HasMoreAsync(pull, token).ConfigureAwait(false);
                    if (!more)
                        break;

                    while (!token.IsCancellationRequested && pull.TryTake(out var msg))
                    {
                        if (!source.Position.TryAdvance(msg.Metadata))
                        {
                            lost = "a message was missed";
                            break;
                        }

                        source.OnProgress();
                        yield return msg;
                    }
                }
            }
            finally
            {
                await source.RemoveAsync(consumer).ConfigureAwait(false);
            }

            if (lost is null || !await MayGoOnAsync(source, lost, token).ConfigureAwait(false))
                yield break;
        }
    }

    /// <summary>Whether there is more, or else why the consumer is lost; neither when cancelled.</summary>
    private static async ValueTask<(bool More, string? Lost)> HasMoreAsync<T>(PullSubscription<T> pull, CancellationToken token)
    {
        try
        {
            return (await pull.HasMoreAsync(token).ConfigureAwait(false), null);
        }
        catch (Exception e) when (e is NatsJSConnectionException or NatsJSTimeoutException
            or NatsJSProtocolException { HeaderMessage: NatsHeaders.Messages.ConsumerDeleted })
        {
            return (false, e.Message);
        }
    }

    private static async ValueTask<bool> MayGoOnAsync(OrderedSource source, string lost, CancellationToken token)
    {
        try
        {
            await source.OnLostAsync(lost, token).ConfigureAwait(false);
            return !token.IsCancellationRequested;
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            return false;
        }
    }

    private async ValueTask<ConsumerInfo?> CreateAsync(OrderedSource source, CancellationToken token)
    {
        try
        {
            return Info = await source.CreateAsync(token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            return null;
        }
    }

    private async IAsyncEnumerable<INatsJSMsg<T>> FetchAsync<T>(
        NatsJSFetchOpts opts,
        bool noWait,
        INatsDeserialize<T>? serializer,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_cancellationToken, cancellationToken);
        var token = either.Token;
        token.ThrowIfCancellationRequested();
        var left = opts;
        while (left.MaxMsgs is null or > 0 && left.MaxBytes is null or > 0)
        {
            if (await CreateAsync(_fetchSource, token).ConfigureAwait(false) is not { } consumer)
                yield break;

            var missed = false;
            try
            {
                var target = new PullTarget(_context, _stream, consumer.Name);
                await using var pull = new SinglePull<T>(target, PullSettings.From(left, noWait), serializer);
                await pull.StartAsync(token).ConfigureAwait(false);
                while (!missed && await pull.HasMoreAsync(token).ConfigureAwait(false))
                {
                    while (!token.IsCancellationRequested && pull.TryTake(out var msg))
                    {
                        if (!_fetchSource.Position.TryAdvance(msg.Metadata))
                        {
                            missed = true;
                            break;
                        }

                        _fetchSource.OnProgress();
                        left = left with { MaxMsgs = left.MaxMsgs - 1, MaxBytes = left.MaxBytes - msg.Size };
                        yield return msg;
                    }
                }
            }
            finally
            {
                await _fetchSource.RemoveAsync(consumer).ConfigureAwait(false);
            }

            if (!missed || !await MayGoOnAsync(_fetchSource, "a message was missed", token).ConfigureAwait(false))
                yield break;
        }
    }
}
