using System.Reflection;
using System.Text.RegularExpressions;

namespace RideIngest.Hosting.Config;

/// <summary>Takes passwords and tokens out of what is printed.</summary>
public static partial class Redaction
{
    public const string Mask = "***";

    /// <summary>A URL without its user's secret, a connection string without its password; several may be joined by commas.</summary>
    public static string Url(string text) =>
        PairedSecret().Replace(UserInfo().Replace(text, $"$1{Mask}@"), $"$1{Mask}");

    internal static string Shown(PropertyInfo property, string text) =>
        property.IsDefined(typeof(SecretAttribute)) ? Mask : Url(text);

    // The last @ before the next URL ends the user info, whatever comes before it: passwords carry unescaped ones, and slashes, which make
    // the URL a wrong one that is shown all the same.
    [GeneratedRegex(@"(://)(?:(?!://).)*@", RegexOptions.CultureInvariant)]
    private static partial Regex UserInfo();

    [GeneratedRegex(
        @"((?:password|passwd|pwd|psw|token|secret)\s*=\s*)('(?:[^']|'')*'|""(?:[^""]|"""")*""|[^;&\s]*)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PairedSecret();
}
