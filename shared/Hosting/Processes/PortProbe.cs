using System.Net;
using System.Net.Sockets;
using RideIngest.Hosting.Config;

namespace RideIngest.Hosting.Processes;

/// <summary>Finds out before anything slow begins whether the port is to be had.</summary>
public static class PortProbe
{
    /// <exception cref="StartupException">Somebody else listens there, or we may not.</exception>
    public static void EnsureFree(string urls)
    {
        foreach (var url in urls.Split(';'))
        {
            if (!Uri.TryCreate(url, UriKind.Absolute, out var uri))
                continue;
            var host = uri.Host == "localhost" ? "127.0.0.1" : uri.Host.Trim('[', ']');
            if (!IPAddress.TryParse(host, out var address))
                continue;
            try
            {
                using var listener = new TcpListener(address, uri.Port);
                listener.Start();
            }
            catch (SocketException e)
            {
                throw new StartupException(Refused(url, e.SocketErrorCode), e);
            }
        }
    }

    internal static string Refused(string urls, SocketError error) => error switch
    {
        SocketError.AddressAlreadyInUse =>
            $"{urls} is in use by another process. Stop that one, or listen elsewhere: --urls http://127.0.0.1:8081",
        SocketError.AddressNotAvailable =>
            $"{urls} is no address of this machine. Listen on one that is: --urls http://127.0.0.1:8080, or http://*:8080 for all",
        SocketError.AccessDenied =>
            $"{urls} needs more rights than this user has; ports below 1024 are root's. Listen elsewhere: --urls http://127.0.0.1:8080",
        _ => $"{urls} cannot be listened on ({error}). Listen elsewhere: --urls http://127.0.0.1:8080",
    };
}
