using System.Numerics;

namespace RideIngest.Platform.Telemetry;

internal enum MetricKind { Counter, Gauge, Histogram }

/// <summary>What a measurement says: a histogram's sample, a change to add, a level to set, or the level or total seen by this scrape.</summary>
internal enum Recording { Sample, Change, Level, Observation }

/// <summary>Every series of one metric. Known labels are found without a lock and without allocating.</summary>
internal sealed class MetricFamily(string name, string help, MetricKind kind, Recording recording, double[]? bounds)
{
    /// <summary>Past this many label sets, what is new is counted together.</summary>
    public const int MostSeries = 2000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, MetricSeries> _byLabels = new(StringComparer.Ordinal);
    private Dictionary<int, Known[]> _byTags = [];
    private MetricSeries? _plain;
    private MetricSeries? _overflow;
    private int _known;

    public string Name => name;

    public string Help => help;

    public MetricKind Kind => kind;

    public Recording Recording => recording;

    /// <summary>What is no longer observed is no longer shown.</summary>
    public bool Expires => recording == Recording.Observation;

    public MetricSeries Series(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty) return Volatile.Read(ref _plain) ?? Admit(tags, 0);
        var hash = Hash(tags);
        if (Volatile.Read(ref _byTags).TryGetValue(hash, out var candidates))
        {
            foreach (var candidate in candidates)
                if (Same(candidate.Tags, tags)) return candidate.Series;
        }

        return Volatile.Read(ref _overflow) is { } overflow && Volatile.Read(ref _known) >= MostSeries ? overflow : Admit(tags, hash);
    }

    public MetricSeries[] Snapshot()
    {
        lock (_gate) return [.. _byLabels.Values.OrderBy(s => s.Labels, StringComparer.Ordinal)];
    }

    private MetricSeries Admit(ReadOnlySpan<KeyValuePair<string, object?>> tags, int hash)
    {
        lock (_gate)
        {
            if (_known >= MostSeries && !tags.IsEmpty)
            {
                if (_overflow is null) Volatile.Write(ref _overflow, ByLabels("otel_metric_overflow=\"true\""));
                return _overflow!;
            }

            var series = ByLabels(MetricLabels.Of(tags));
            if (tags.IsEmpty)
            {
                Volatile.Write(ref _plain, series);
                return series;
            }

            // Readers hold no lock: they see the old table or the new one, each of them whole. The same labels in another order,
            // or of another type, become another entry that leads to the same series.
            var known = new Known(tags.ToArray(), series);
            _byTags = _byTags.TryGetValue(hash, out var others)
                ? new(_byTags) { [hash] = [.. others, known] }
                : new(_byTags) { [hash] = [known] };
            _known++;
            return series;
        }
    }

    private MetricSeries ByLabels(string labels)
    {
        if (!_byLabels.TryGetValue(labels, out var series)) _byLabels[labels] = series = new MetricSeries(labels, bounds);
        return series;
    }

    private static int Hash(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = 0u;
        foreach (var (key, value) in tags)
        {
            hash = (BitOperations.RotateLeft(hash, 5) ^ (uint)Hash(key)) * 0x9E3779B1;
            hash = (BitOperations.RotateLeft(hash, 5) ^ (uint)(value is string text ? Hash(text) : value?.GetHashCode() ?? 0)) * 0x9E3779B1;
        }

        return (int)hash;
    }

    // This is done several times a request, and labels are few and short: what tells most of them apart is enough, and the others share a list.
    private static int Hash(string text) => text.Length == 0 ? 0 : text.Length | (text[0] << 8) | (text[text.Length / 2] << 16) | (text[^1] << 24);

    private static bool Same(KeyValuePair<string, object?>[] known, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (known.Length != tags.Length) return false;
        for (var i = 0; i < known.Length; i++)
            if (known[i].Key != tags[i].Key || !Equals(known[i].Value, tags[i].Value)) return false;
        return true;
    }

    private sealed record Known(KeyValuePair<string, object?>[] Tags, MetricSeries Series);
}
