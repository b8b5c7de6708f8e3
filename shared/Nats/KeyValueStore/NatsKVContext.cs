using System.Runtime.CompilerServices;
using NATS.Client.JetStream;

namespace NATS.Client.KeyValueStore;

/// <inheritdoc cref="INatsKVContext"/>
public class NatsKVContext : INatsKVContext
{
    public NatsKVContext(INatsJSContext context)
        : this(context, NatsKVOpts.Default)
    {
    }

    public NatsKVContext(INatsJSContext context, NatsKVOpts opts)
    {
        JetStreamContext = context;
        Opts = opts;
    }

    public INatsJSContext JetStreamContext { get; }

    public NatsKVOpts Opts { get; }

    public ValueTask<INatsKVStore> CreateStoreAsync(string bucket, CancellationToken cancellationToken = default) =>
        CreateStoreAsync(new NatsKVConfig(bucket), cancellationToken);

    public async ValueTask<INatsKVStore> CreateStoreAsync(NatsKVConfig config, CancellationToken cancellationToken = default) =>
        Store(config, await JetStreamContext.CreateStreamAsync(Bucket.StreamConfigOf(config), cancellationToken).ConfigureAwait(false));

    public async ValueTask<INatsKVStore> UpdateStoreAsync(NatsKVConfig config, CancellationToken cancellationToken = default) =>
        Store(config, await JetStreamContext.UpdateStreamAsync(Bucket.StreamConfigOf(config), cancellationToken).ConfigureAwait(false));

    public async ValueTask<INatsKVStore> CreateOrUpdateStoreAsync(NatsKVConfig config, CancellationToken cancellationToken = default) =>
        Store(config, await JetStreamContext.CreateOrUpdateStreamAsync(Bucket.StreamConfigOf(config), cancellationToken).ConfigureAwait(false));

    public async ValueTask<INatsKVStore> GetStoreAsync(string bucket, CancellationToken cancellationToken = default)
    {
        var stream = await JetStreamContext.GetStreamAsync(Bucket.StreamOf(bucket), cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        if (stream.Info.Config.MaxMsgsPerSubject < 1)
            throw new NatsKVException($"Stream {stream.Info.Config.Name} is no bucket: it has no limit per subject");

        return new NatsKVStore(bucket, JetStreamContext, stream, Opts);
    }

    public ValueTask<bool> DeleteStoreAsync(string bucket, CancellationToken cancellationToken = default) =>
        JetStreamContext.DeleteStreamAsync(Bucket.StreamOf(bucket), cancellationToken);

    public async IAsyncEnumerable<string> GetBucketNamesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var stream in JetStreamContext.ListStreamNamesAsync(cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            if (Bucket.NameOf(stream) is { } bucket)
                yield return bucket;
        }
    }

    public async IAsyncEnumerable<NatsKVStatus> GetStatusesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var stream in JetStreamContext.ListStreamsAsync(cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            if (Bucket.NameOf(stream.Info.Config.Name!) is { } bucket)
                yield return Bucket.StatusOf(bucket, stream.Info);
        }
    }

    private NatsKVStore Store(NatsKVConfig config, INatsJSStream stream) => new(config.Bucket, JetStreamContext, stream, Opts);
}
