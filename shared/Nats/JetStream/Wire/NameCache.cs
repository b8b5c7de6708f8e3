using System.Text;

namespace NATS.Client.JetStream.Wire;

/// <summary>
/// Names that come with every message, such as the stream's, as one string each instead of a new one per message.
/// Bounded: a name that shares its slot with another replaces it. Races are harmless: a slot holds one whole string or another.
/// </summary>
internal sealed class NameCache
{
    private readonly string?[] _slots = new string?[64];

    public string Get(ReadOnlySpan<byte> utf8)
    {
        var hash = new HashCode();
        hash.AddBytes(utf8);
        ref var slot = ref _slots[hash.ToHashCode() & (_slots.Length - 1)];
        return slot is { } known && Ascii.Equals(utf8, known) ? known : slot = Encoding.UTF8.GetString(utf8);
    }
}
