using System.ComponentModel.DataAnnotations;
using System.Net;

namespace RideIngest.Hosting.Config;

/// <summary>
/// Validates http URLs with a local address and a port. Names are refused, because Kestrel listens on all addresses for any unknown name,
/// including a misspelled one.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ListenUrlsAttribute : ValidationAttribute
{
    private const string Scheme = "http://";

    public ListenUrlsAttribute() : base("It is not an http URL with an address and a port (an IP address, localhost, or * for all)") { }

    public override bool IsValid(object? value) => value is not string urls || urls.Split(';').All(IsListenUrl);

    private static bool IsListenUrl(string url)
    {
        if (!url.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        var authority = url[Scheme.Length..];
        if (authority.EndsWith('/'))
            authority = authority[..^1];
        var host = authority.EndsWith(']')
            ? authority
            : authority[..(authority.LastIndexOf(':') is var colon and >= 0 ? colon : authority.Length)];
        var port = authority[host.Length..];
        return (host is "*" or "+" or "localhost" || IPAddress.TryParse(host, out _))
            && (port.Length == 0 || ushort.TryParse(
                port.AsSpan(1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out _))
            && Uri.TryCreate(host is "*" or "+" ? $"{Scheme}0.0.0.0{port}" : url, UriKind.Absolute, out var whole)
            && (whole.Host != "localhost" || whole.Port != 0);
    }
}
