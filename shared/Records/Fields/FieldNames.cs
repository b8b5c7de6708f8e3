using System.Text;

namespace RideIngest.Records.Fields;

/// <summary>Finds a field by its name or an alias in UTF-8, ignoring case.</summary>
internal sealed class FieldNames
{
    /// <summary>The most unknown names that are checked for misspelling.</summary>
    internal const int MostUnknown = 100;

    private readonly IReadOnlyList<Field> _fields;
    private readonly (byte[]? Name, int Field)[] _slots;
    private readonly (string Letters, int Field)[] _known;

    internal FieldNames(IReadOnlyList<Field> fields)
    {
        _fields = fields;
        var names = fields.SelectMany((field, index) => field.Aliases.Prepend(field.Name).Select(name => (name, index))).ToArray();
        _known = [.. names.Select(n => (NearMiss.Letters(n.name), n.index))];
        _slots = new (byte[]?, int)[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)names.Length * 4)];
        foreach (var (name, index) in names)
        {
            var bytes = Encoding.UTF8.GetBytes(name);
            if (Find(bytes) >= 0)
                throw new ArgumentException($"Two fields have the name {name}.");
            var slot = Slot(bytes);
            while (_slots[slot].Name is not null)
                slot = (slot + 1) & (_slots.Length - 1);
            _slots[slot] = (bytes, index);
        }
    }

    /// <summary>The index of the field, or −1.</summary>
    internal int Find(ReadOnlySpan<byte> name)
    {
        for (var slot = Slot(name); _slots[slot].Name is { } known; slot = (slot + 1) & (_slots.Length - 1))
        {
            if (known.Length == name.Length && Ascii.EqualsIgnoreCase(known, name))
                return _slots[slot].Field;
        }
        return -1;
    }

    /// <summary>The index of the field that an unknown name resembles, or −1.</summary>
    /// <param name="given">Whether a field was given under its correct name, which rules it out.</param>
    internal int Nearest(string unknown, Predicate<int> given)
    {
        var letters = NearMiss.Letters(unknown);
        foreach (var (known, field) in _known)
        {
            if (NearMiss.Is(letters, known) && !given(field))
                return field;
        }
        return -1;
    }

    /// <summary>
    /// The problems of unknown names that resemble a missing field. Ignoring a misspelled name would silently lose its value.
    /// </summary>
    /// <param name="given">The fields that were given under their correct names, as bits.</param>
    internal IEnumerable<FieldProblem> Misspelled(IEnumerable<string> unknown, ulong given)
    {
        foreach (var name in unknown.Take(MostUnknown))
        {
            var at = Nearest(name, field => (given & (1UL << field)) != 0);
            if (at >= 0)
                yield return new FieldProblem(
                    _fields[at].Name, $"is missing; {Excerpt.Of(Encoding.UTF8.GetBytes(name))} was given and is not a field");
        }
    }

    private int Slot(ReadOnlySpan<byte> name)
    {
        var hash = (uint)name.Length;
        foreach (var b in name)
            hash = (hash ^ (b | 0x20u)) * 16777619;
        return (int)(hash ^ (hash >> 15)) & (_slots.Length - 1);
    }
}
