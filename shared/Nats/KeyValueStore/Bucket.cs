using NATS.Client.Core;
using NATS.Client.JetStream.Models;

namespace NATS.Client.KeyValueStore;

/// <summary>How buckets and keys map to streams and subjects, and what may be their names.</summary>
internal static class Bucket
{
    private const string StreamPrefix = "KV_";

    private static readonly TimeSpan LongestDuplicateWindow = TimeSpan.FromMinutes(2);

    public static string StreamOf(string bucket)
    {
        if (string.IsNullOrEmpty(bucket) || !bucket.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
            throw new NatsKVException($"'{bucket}' is no name for a bucket: those are letters, digits, '_' and '-'");

        return StreamPrefix + bucket;
    }

    public static string? NameOf(string stream) =>
        stream.StartsWith(StreamPrefix, StringComparison.Ordinal) ? stream[StreamPrefix.Length..] : null;

    public static string SubjectPrefixOf(string bucket) => $"$KV.{bucket}.";

    public static NatsResult CheckKey(string key)
    {
        if (string.IsNullOrWhiteSpace(key))
            return new NatsKVException("Key cannot be empty");

        if (key[0] == '.' || key[^1] == '.')
            return new NatsKVException("Key cannot start or end with a period");

        return key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '/' or '_' or '=' or '.')
            ? NatsResult.Default
            : new NatsKVException("Key contains invalid characters");
    }

    public static TimeSpan LimitMarkerTtlOf(StreamConfig config) => config.AllowMsgTTL ? config.SubjectDeleteMarkerTTL : TimeSpan.Zero;

    public static NatsKVStatus StatusOf(string bucket, StreamInfo info) =>
        new(bucket, info.Config.Compression != StreamConfigCompression.None, LimitMarkerTtlOf(info.Config), info);

    public static StreamConfig StreamConfigOf(NatsKVConfig config)
    {
        if (config.History > NatsKVDefaults.MaxHistory)
            throw new NatsKVException($"A history of {config.History} is too long: the most is {NatsKVDefaults.MaxHistory}");

        var isMirror = config.Mirror is not null;
        return new StreamConfig
        {
            Name = StreamOf(config.Bucket),
            Description = config.Description,
            Subjects = isMirror ? null : [SubjectPrefixOf(config.Bucket) + ">"],
            MaxMsgsPerSubject = Math.Max(1, config.History),
            MaxBytes = config.MaxBytes,
            MaxAge = config.MaxAge,
            MaxMsgSize = config.MaxValueSize,
            Storage = config.Storage == NatsKVStorageType.File ? StreamConfigStorage.File : StreamConfigStorage.Memory,
            Compression = config.Compression ? StreamConfigCompression.S2 : StreamConfigCompression.None,
            NumReplicas = Math.Max(1, config.NumberOfReplicas),

            // The server refuses a window that outlives the messages.
            DuplicateWindow = config.MaxAge > TimeSpan.Zero && config.MaxAge < LongestDuplicateWindow ? config.MaxAge : LongestDuplicateWindow,
            Republish = config.Republish is { } copy
                ? new Republish { Src = copy.Src!, Dest = copy.Dest!, HeadersOnly = copy.HeadersOnly }
                : null,
            Placement = config.Placement,
            Mirror = config.Mirror is { } mirror ? mirror with { Name = StreamNameOf(mirror) } : null,
            MirrorDirect = isMirror,
            Sources = isMirror ? null : config.Sources?.Select(source => SourceOf(source, config.Bucket)).ToList(),
            Discard = StreamConfigDiscard.New,
            AllowRollupHdrs = true,
            AllowDirect = true,
            DenyDelete = true,
            Metadata = config.Metadata,
            AllowMsgTTL = config.LimitMarkerTTL > TimeSpan.Zero,
            SubjectDeleteMarkerTTL = config.LimitMarkerTTL,
        };
    }

    private static string StreamNameOf(StreamSource source) =>
        source.Name.StartsWith(StreamPrefix, StringComparison.Ordinal) ? source.Name : StreamPrefix + source.Name;

    private static StreamSource SourceOf(StreamSource source, string bucket)
    {
        var stream = StreamNameOf(source);
        var sourceBucket = stream[StreamPrefix.Length..];
        return source.External is not null && sourceBucket == bucket
            ? source with { Name = stream }
            : source with
            {
                Name = stream,
                SubjectTransforms = [new SubjectTransform { Src = SubjectPrefixOf(sourceBucket) + ">", Dest = SubjectPrefixOf(bucket) + ">" }],
            };
    }
}
