using System.Text;

namespace RideIngest.Records.Fields;

/// <summary>Finds a field by any of its names, in any case, from the bytes as they came.</summary>
internal sealed class FieldNames
{
    /// <summary>Of more unknown names nothing is said.</summary>
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
                throw new ArgumentException($"Two fields go by the name {name}.");
            var slot = Slot(bytes);
            while (_slots[slot].Name is not null)
                slot = (slot + 1) & (_slots.Length - 1);
            _slots[slot] = (bytes, index);
        }
    }

    /// <summary>The field's index, or −1.</summary>
    internal int Find(ReadOnlySpan<byte> name)
    {
        for (var slot = Slot(name); _slots[slot].Name is { } known; slot = (slot + 1) & (_slots.Length - 1))
        {
            if (known.Length == name.Length && Ascii.EqualsIgnoreCase(known, name))
                return _slots[slot].Field;
        }
        return -1;
    }

    /// <summary>The field that an unknown name was probably meant to be, or −1. For names that were not found.</summary>
    /// <param name="given">Whether a field is there under its right name, and so was not meant.</param>
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
    /// What is to be said of names that were not found. A sender who misspells a field means it to be stored: passing it over would lose it
    /// in silence.
    /// </summary>
    /// <param name="given">The fields that are there under their right names, by bits.</param>
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
