using System.Text;

namespace NATS.Client.Core;

/// <summary>Subjects seen lately, so that a subject that comes again is not made into a string again.</summary>
internal sealed class SubjectCache
{
    private const int Size = 256;

    private readonly string?[] _slots = new string?[Size];

    /// <summary>The subject as a string: <paramref name="likely"/> when that is the one.</summary>
    public string Get(ReadOnlySpan<byte> subject, string likely)
    {
        if (Ascii.Equals(subject, likely))
            return likely;

        ref var slot = ref _slots[Slot(subject)];
        if (slot is { } seen && Ascii.Equals(subject, seen))
            return seen;
        return slot = Encoding.UTF8.GetString(subject);
    }

    private static int Slot(ReadOnlySpan<byte> subject)
    {
        // The end of a subject varies most.
        var hash = (uint)subject.Length;
        foreach (var b in subject[Math.Max(0, subject.Length - 12)..])
            hash = (hash * 31) + b;
        return (int)(hash % Size);
    }
}
