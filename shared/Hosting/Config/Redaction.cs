using System.Reflection;
using System.Text.RegularExpressions;

namespace RideIngest.Hosting.Config;

/// <summary>Removes passwords and tokens from printed text.</summary>
public static partial class Redaction
{
    public const string Mask = "***";

    /// <summary>Masks the user info of URLs and the passwords of connection strings; several may be joined by commas.</summary>
    public static string Url(string text) =>
        PairedSecret().Replace(UserInfo().Replace(text, $"$1{Mask}@"), $"$1{Mask}");

    internal static string Shown(PropertyInfo property, string text) =>
        property.IsDefined(typeof(SecretAttribute)) ? Mask : Url(text);

    // The user info ends at the last @ before the next URL, because passwords may contain an unescaped @ or slash.
    [GeneratedRegex(@"(://)(?:(?!://).)*@", RegexOptions.CultureInvariant)]
    private static partial Regex UserInfo();

    [GeneratedRegex(
        @"((?:password|passwd|pwd|psw|token|secret)\s*=\s*)('(?:[^']|'')*'|""(?:[^""]|"""")*""|[^;&\s]*)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PairedSecret();
}
