using NATS.Client.Core;
using NATS.Client.JetStream;

namespace NATS.Client.KeyValueStore;

/// <inheritdoc cref="INatsKVStore"/>
public partial class NatsKVStore : INatsKVStore
{
    private readonly INatsJSStream _stream;
    private readonly NatsKVOpts _opts;
    private readonly string _subjectPrefix;

    internal NatsKVStore(string bucket, INatsJSContext context, INatsJSStream stream, NatsKVOpts opts)
    {
        Bucket = bucket;
        JetStreamContext = context;
        _stream = stream;
        _opts = opts;
        _subjectPrefix = KeyValueStore.Bucket.SubjectPrefixOf(bucket);
    }

    public INatsJSContext JetStreamContext { get; }

    public string Bucket { get; }

    private bool SupportsTtl => KeyValueStore.Bucket.LimitMarkerTtlOf(_stream.Info.Config) > TimeSpan.Zero;

    /// <summary>Whether this may be a key; if not, the error says why.</summary>
    public static NatsResult IsValidKey(string key) => KeyValueStore.Bucket.CheckKey(key);

    public async ValueTask<NatsKVStatus> GetStatusAsync(CancellationToken cancellationToken = default)
    {
        await _stream.RefreshAsync(cancellationToken).ConfigureAwait(false);
        return KeyValueStore.Bucket.StatusOf(Bucket, _stream.Info);
    }

    private static T ValueOf<T>(NatsResult<T> result) => result.Success ? result.Value! : throw result.Error;

    private static void EnsureSuccess(NatsResult result)
    {
        if (!result.Success)
            throw result.Error;
    }
}
