using NATS.Client.Core;
using NATS.Client.JetStream.Models;

namespace NATS.Client.JetStream;

/// <summary>A pull consumer.</summary>
public interface INatsJSConsumer
{
    /// <summary>As of its creation or the last <see cref="RefreshAsync"/>.</summary>
    ConsumerInfo Info { get; }

    /// <summary>
    /// Messages as they come, until cancelled. Survives reconnects, restarts and leader changes; throws when the consumer
    /// is deleted. A caller that is slow is not overrun: no more than the options' maximum is on its way or waiting.
    /// </summary>
    IAsyncEnumerable<INatsJSMsg<T>> ConsumeAsync<T>(
        INatsDeserialize<T>? serializer = default, NatsJSConsumeOpts? opts = default, CancellationToken cancellationToken = default);

    /// <summary>The next message, or null if none came in time.</summary>
    ValueTask<INatsJSMsg<T>?> NextAsync<T>(
        INatsDeserialize<T>? serializer = default, NatsJSNextOpts? opts = default, CancellationToken cancellationToken = default);

    /// <summary>A batch: ends with its last message or when it expires.</summary>
    IAsyncEnumerable<INatsJSMsg<T>> FetchAsync<T>(
        NatsJSFetchOpts opts, INatsDeserialize<T>? serializer = default, CancellationToken cancellationToken = default);

    /// <summary>A batch of what is there already.</summary>
    IAsyncEnumerable<INatsJSMsg<T>> FetchNoWaitAsync<T>(
        NatsJSFetchOpts opts, INatsDeserialize<T>? serializer = default, CancellationToken cancellationToken = default);

    ValueTask RefreshAsync(CancellationToken cancellationToken = default);
}
