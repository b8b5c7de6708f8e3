using System.Text.Json;

namespace RideIngest.TestKit.Network;

/// <summary>CONNECT as a client without a library sends it.</summary>
public static class ConnectLine
{
    /// <summary>With the user and the password that the URL holds.</summary>
    public static string For(string url)
    {
        var parts = new Uri(url).UserInfo.Split(':').Select(Uri.UnescapeDataString).ToArray();
        var connect = new { verbose = false, protocol = 1, headers = true, user = parts[0], pass = parts[^1] };
        return $"CONNECT {JsonSerializer.Serialize(connect)}\r\n";
    }
}
