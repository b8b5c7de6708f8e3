using System.Globalization;
using System.Text;

namespace RideIngest.Records.Fields;

/// <summary>Formats untrusted input for messages: short, printable, quoted.</summary>
internal static class Excerpt
{
    private const int Longest = 60;

    internal static string Of(ReadOnlySpan<byte> given)
    {
        var shown = new StringBuilder(Math.Min(given.Length, Longest) + 4).Append('\'');
        var taken = 0;
        while (taken < given.Length)
        {
            Rune.DecodeFromUtf8(given[taken..], out var rune, out var length);
            if (taken + length > Longest)
                return shown.Append("…'").ToString();
            shown.Append(IsPrintable(rune) ? rune : Rune.ReplacementChar);
            taken += length;
        }
        return shown.Append('\'').ToString();
    }

    // Format characters are excluded, because they can change the direction of text.
    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
