using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using NATS.Client.JetStream.Models;
using NATS.Client.JetStream.Wire;

namespace NATS.Client.JetStream.Consuming;

/// <summary>Makes and removes the consumers that an ordered consumer reads through, one after another.</summary>
internal sealed class OrderedSource(NatsJSContext context, string stream, NatsJSOrderedConsumerOpts opts)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(125);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = context.Connection.Opts.LoggerFactory.CreateLogger<NatsJSOrderedConsumer>();
    private int _resetsInRow;

    public OrderedPosition Position { get; } = new(opts);

    /// <summary>Makes the next consumer; as long as the server is away or JetStream is not ready, tries again.</summary>
    public async ValueTask<ConsumerInfo> CreateAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var info = await context.CreateConsumerAsync(
                    stream, Nuid.NewNuid(), Position.NextConsumer(), ConsumerCreateAction.CreateOrUpdate, cancellationToken)
                    .ConfigureAwait(false);
                ThrowIfFiltersIgnored(info);
                Position.OnCreated(info);
                return info;
            }
            catch (NatsException e) when (IsPassing(e))
            {
                ConsumeLog.OrderedCreateFailed(_logger, stream, _resetsInRow + 1, e.Message);
                await WaitToResetAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public void OnProgress() => _resetsInRow = 0;

    /// <summary>Called when a consumer failed, before the next one is made: at once the first time, with doubled waits after.</summary>
    public ValueTask OnLostAsync(string reason, CancellationToken cancellationToken)
    {
        ConsumeLog.OrderedReset(_logger, stream, Position.LastSequence, reason);
        return WaitToResetAsync(cancellationToken);
    }

    /// <summary>Spares the server the wait for the consumer's inactivity. Not worth an error, nor waiting for a lost connection.</summary>
    public async ValueTask RemoveAsync(ConsumerInfo consumer)
    {
        if (context.Connection.ConnectionState != NatsConnectionState.Open)
            return;

        try
        {
            await context.CallAsync<object, ConsumerDeleteResponse>(
                $"{context.Opts.Prefix}.CONSUMER.DELETE.{stream}.{consumer.Name}", null, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NatsException or ObjectDisposedException)
        {
            // It goes by itself.
        }
    }

    private static bool IsPassing(NatsException e) =>
        e is NatsNoRespondersException or NatsTimeoutException or NatsJSApiNoResponseException or NatsJSApiException { Error.Code: >= 500 };

    private async ValueTask WaitToResetAsync(CancellationToken cancellationToken)
    {
        var resets = _resetsInRow++;
        if (opts.MaxResetAttempts >= 0 && resets >= opts.MaxResetAttempts)
            throw new NatsJSException($"Ordered consumer of '{stream}' gave up after {resets} attempts to start anew");

        if (resets > 0)
        {
            var wait = FirstWait * (1L << Math.Min(resets, 10));
            await Task.Delay(wait < LongestWait ? wait : LongestWait, cancellationToken).ConfigureAwait(false);
        }
    }

    private void ThrowIfFiltersIgnored(ConsumerInfo info)
    {
        if (opts.FilterSubjects.Length > 1 && info.Config.FilterSubjects is null or { Count: 0 })
            throw new NatsJSException("More than one filter subject needs nats-server 2.10 or later");
    }
}
