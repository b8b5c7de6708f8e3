using System.Net;
using System.Net.Sockets;

namespace RideIngest.Platform.Hosting;

/// <summary>Finds out before anything slow begins whether the port is to be had.</summary>
public static class PortProbe
{
    /// <exception cref="StartupException">Somebody else listens there.</exception>
    public static void EnsureFree(string urls)
    {
        foreach (var url in urls.Split(';'))
        {
            if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || !IPAddress.TryParse(uri.Host == "localhost" ? "127.0.0.1" : uri.Host.Trim('[', ']'), out var address)) continue;
            try
            {
                using var listener = new TcpListener(address, uri.Port);
                listener.Start();
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                throw new StartupException(InUse(url), e);
            }
        }
    }

    internal static string InUse(string urls) =>
        $"{urls} is in use by another process. Stop that one, or listen elsewhere: --urls http://127.0.0.1:8081";
}

/// <summary>The process cannot start, for a reason that one line explains.</summary>
public sealed class StartupException(string message, Exception? inner = null) : Exception(message, inner);
