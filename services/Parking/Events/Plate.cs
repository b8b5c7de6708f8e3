using System.Globalization;
using System.Text;
using RideIngest.Records.Fields;

namespace RideIngest.Parking.Events;

/// <summary>A plate as it is compared and stored: letters and digits of any script in upper case, without spaces and dashes.</summary>
internal static class Plate
{
    private const string Field = "vehicle_plate";

    /// <summary>The longest plate as sent.</summary>
    public const int LongestText = 64;

    /// <summary>What is asked of a plate, for messages.</summary>
    public const string Rule = "must have 1 to 16 letters and digits; spaces and dashes do not count";

    private const int Longest = 16;

    /// <summary>Returns the plate as it is stored, or adds a problem.</summary>
    public static string Check(string text, ref FieldProblems problems)
    {
        if (problems.Has(Field))
            return text;
        if (TryRead(text, out var plate))
            return plate;
        problems.Add(Field, Rule);
        return text;
    }

    public static bool TryRead(string text, out string plate)
    {
        var kept = new StringBuilder();
        var letters = 0;
        plate = "";
        foreach (var rune in text.EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (category is UnicodeCategory.SpaceSeparator or UnicodeCategory.DashPunctuation)
                continue;
            if (Rune.IsLetterOrDigit(rune))
                letters++;
            else if (letters == 0 || category is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark))
                return false;
            kept.Append(Rune.ToUpperInvariant(rune));
        }
        plate = kept.ToString();
        return letters is > 0 and <= Longest;
    }
}
