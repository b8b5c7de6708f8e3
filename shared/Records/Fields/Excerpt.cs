using System.Text;

namespace RideIngest.Records.Fields;

/// <summary>Shows a sender what was given, whatever it was: short, printable, quoted.</summary>
internal static class Excerpt
{
    private const int Longest = 60;

    internal static string Of(ReadOnlySpan<byte> given)
    {
        var text = Encoding.UTF8.GetString(given.Length > Longest ? given[..Longest] : given);
        var shown = new StringBuilder(text.Length + 4).Append('\'');
        foreach (var c in text)
            shown.Append(char.IsControl(c) ? '\uFFFD' : c);
        return shown.Append(given.Length > Longest ? "…'" : "'").ToString();
    }
}
