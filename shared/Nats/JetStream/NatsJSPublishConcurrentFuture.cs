using NATS.Client.Core;
using NATS.Client.JetStream.Models;

namespace NATS.Client.JetStream;

/// <summary>A publish under way. Its answer can be taken once.</summary>
public readonly struct NatsJSPublishConcurrentFuture : IAsyncDisposable
{
    private readonly ValueTask<NatsMsg<PubAckResponse>> _reply;

    internal NatsJSPublishConcurrentFuture(ValueTask<NatsMsg<PubAckResponse>> reply) => _reply = reply;

    public async ValueTask<PubAckResponse> GetResponseAsync(CancellationToken cancellationToken = default)
    {
        NatsMsg<PubAckResponse> reply;
        try
        {
            reply = cancellationToken.CanBeCanceled
                ? await _reply.AsTask().WaitAsync(cancellationToken).ConfigureAwait(false)
                : await _reply.ConfigureAwait(false);
        }
        catch (NatsNoReplyException)
        {
            throw new NatsJSPublishNoResponseException();
        }

        var result = NatsJSContext.AckOf(reply);
        return result.Success ? result.Value! : throw result.Error;
    }

    /// <summary>Nothing to release: an answer that nobody takes is dropped when it comes.</summary>
    public ValueTask DisposeAsync() => default;
}
