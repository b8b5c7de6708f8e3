using NATS.Client.Core;
using NATS.Client.JetStream.Wire;

namespace NATS.Client.KeyValueStore;

/// <summary>
/// Which keys a watch is about. Servers before 2.10 take one filter only: there the watch gets every key, and picks.
/// </summary>
internal sealed class KeyFilter
{
    private readonly string[]? _picked;

    public KeyFilter(string subjectPrefix, IEnumerable<string> keys, INatsServerInfo? server)
    {
        var filters = keys.ToArray();
        if (filters.Length == 0)
            throw new ArgumentException("At least one key must be given", nameof(keys));

        foreach (var filter in filters)
            ThrowIfInvalid(filter);

        if (filters.Length > 1 && !ServerFeatures.TakesManyFilters(server))
        {
            _picked = filters;
            filters = [">"];
        }

        Subjects = [.. filters.Select(filter => subjectPrefix + filter)];
    }

    /// <summary>What to ask the server for.</summary>
    public string[] Subjects { get; }

    public bool Matches(string key) => _picked is null || Array.Exists(_picked, filter => Matches(filter, key));

    private static bool Matches(ReadOnlySpan<char> filter, ReadOnlySpan<char> key)
    {
        while (true)
        {
            var wanted = TakeToken(ref filter);
            var token = TakeToken(ref key);
            if (wanted is ">")
                return !token.IsEmpty;

            if (wanted.IsEmpty || token.IsEmpty)
                return wanted.IsEmpty && token.IsEmpty;

            if (wanted is not "*" && !wanted.SequenceEqual(token))
                return false;
        }
    }

    private static ReadOnlySpan<char> TakeToken(ref ReadOnlySpan<char> subject)
    {
        var end = subject.IndexOf('.');
        var token = end < 0 ? subject : subject[..end];
        subject = end < 0 ? [] : subject[(end + 1)..];
        return token;
    }

    private static void ThrowIfInvalid(string filter)
    {
        if (string.IsNullOrEmpty(filter) || filter.Any(char.IsWhiteSpace))
            throw new NatsKVException($"'{filter}' is neither a key nor a pattern of keys");
    }
}
