using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace RideIngest.Storage.DeadLetters;

/// <summary>
/// Groups equal failures by a hash of system, stage, kind, code, and message without numbers and quoted values. 002_all_systems.sql
/// computes the same for older letters.
/// </summary>
internal static partial class Fingerprint
{
    private const int LongestMessage = 1000;
    private const int Bytes = 8;

    public static string Of(string system, string stage, string kind, string code, string message)
    {
        var said = string.Join('\n', system, stage, kind, code, Shape(message));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(said)).AsSpan(0, Bytes));
    }

    /// <summary>Replaces quoted values with ? and words that contain a digit with #.</summary>
    internal static string Shape(string message)
    {
        var start = message.Length <= LongestMessage ? message : message[..LongestMessage];
        return Numbers().Replace(Numbered().Replace(Quoted().Replace(start, "?"), "#"), "#");
    }

    [GeneratedRegex("""
        "[^"]*"|`[^`]*`|(?<![A-Za-z0-9])'[^']*'(?![A-Za-z0-9])
        """, RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();

    [GeneratedRegex("(?<![A-Za-z0-9_-])[A-Za-z0-9_-]*[0-9][A-Za-z0-9_-]*", RegexOptions.CultureInvariant)]
    private static partial Regex Numbered();

    // Joins the parts of decimals, addresses and times.
    [GeneratedRegex("#(?:[.,:+]#)+", RegexOptions.CultureInvariant)]
    private static partial Regex Numbers();
}
