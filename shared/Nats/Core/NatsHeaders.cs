using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace NATS.Client.Core;

public interface INatsHeaders : IDictionary<string, StringValues>;

/// <summary>
/// Headers by name, each with one value or several. A name is found however its letters are cased, and travels as it was written;
/// a dictionary that is handed in keeps its own comparer. Read-only once published or received.
/// </summary>
public class NatsHeaders : INatsHeaders
{
    private readonly Dictionary<string, StringValues> _store;

    public NatsHeaders()
        : this(0)
    {
    }

    public NatsHeaders(Dictionary<string, StringValues>? store) => _store = store ?? new(StringComparer.OrdinalIgnoreCase);

    public NatsHeaders(int capacity) => _store = new(capacity, StringComparer.OrdinalIgnoreCase);

    public enum Messages
    {
        Text,
        IdleHeartbeat,
        BadRequest,
        ConsumerDeleted,
        ConsumerIsPushBased,
        NoMessages,
        RequestTimeout,
        MessageSizeExceedsMaxBytes,
        RequestsPending,
    }

    public int Version => 1;

    /// <summary>The status of a message from the server, such as 404 or 503; 0 on any other message.</summary>
    public int Code { get; internal set; }

    public string MessageText { get; internal set; } = string.Empty;

    public Messages Message { get; internal set; } = Messages.Text;

    public NatsException? Error { get; internal set; }

    public int Count => _store.Count;

    public bool IsReadOnly { get; private set; }

    public ICollection<string> Keys => _store.Keys;

    public ICollection<StringValues> Values => _store.Values;

    /// <summary>The values of a name, none when it is not there.</summary>
    public StringValues this[string key]
    {
        get => _store.TryGetValue(key, out var value) ? value : StringValues.Empty;
        set
        {
            ThrowIfReadOnly();
            if (value.Count == 0)
                _store.Remove(key);
            else
                _store[key] = value;
        }
    }

    StringValues IDictionary<string, StringValues>.this[string key]
    {
        get => _store[key];
        set => this[key] = value;
    }

    public void Add(KeyValuePair<string, StringValues> item) => Add(item.Key, item.Value);

    public void Add(string key, StringValues value)
    {
        ThrowIfReadOnly();
        _store.Add(key, value);
    }

    public void Clear()
    {
        ThrowIfReadOnly();
        _store.Clear();
    }

    public bool Contains(KeyValuePair<string, StringValues> item) =>
        _store.TryGetValue(item.Key, out var value) && StringValues.Equals(value, item.Value);

    public bool ContainsKey(string key) => _store.ContainsKey(key);

    public void CopyTo(KeyValuePair<string, StringValues>[] array, int arrayIndex) =>
        ((ICollection<KeyValuePair<string, StringValues>>)_store).CopyTo(array, arrayIndex);

    /// <summary>The bytes these headers take on the wire, version line and last empty line included.</summary>
    public int GetBytesLength(Encoding? encoding = default) => NatsHeaderWriter.Measure(this, encoding ?? Encoding.ASCII);

    public bool Remove(KeyValuePair<string, StringValues> item)
    {
        ThrowIfReadOnly();
        return Contains(item) && _store.Remove(item.Key);
    }

    public bool Remove(string key)
    {
        ThrowIfReadOnly();
        return _store.Remove(key);
    }

    public bool TryGetValue(string key, out StringValues value) => _store.TryGetValue(key, out value);

    public bool TryGetLastValue(string key, [NotNullWhen(true)] out string? value)
    {
        value = _store.TryGetValue(key, out var values) && values.Count > 0 ? values[^1] : null;
        return value is not null;
    }

    public Enumerator GetEnumerator() => new(_store.GetEnumerator());

    IEnumerator<KeyValuePair<string, StringValues>> IEnumerable<KeyValuePair<string, StringValues>>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal void SetReadOnly() => IsReadOnly = true;

    internal void Append(string key, string value)
    {
        ref var slot = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_store, key, out _);
        slot = StringValues.Concat(slot, value);
    }

    private void ThrowIfReadOnly()
    {
        if (IsReadOnly)
            throw new InvalidOperationException("The headers have been published or received, and cannot be changed");
    }

    public struct Enumerator : IEnumerator<KeyValuePair<string, StringValues>>
    {
        private Dictionary<string, StringValues>.Enumerator _inner;

        internal Enumerator(Dictionary<string, StringValues>.Enumerator inner) => _inner = inner;

        public readonly KeyValuePair<string, StringValues> Current => _inner.Current;

        readonly object IEnumerator.Current => _inner.Current;

        public bool MoveNext() => _inner.MoveNext();

        public readonly void Dispose()
        {
        }

        readonly void IEnumerator.Reset() => throw new NotSupportedException();
    }
}
