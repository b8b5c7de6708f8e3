using System.Net;
using System.Net.Sockets;
using RideIngest.Hosting.Config;

namespace RideIngest.Hosting.Processes;

/// <summary>Checks that the port is free before slow startup work begins.</summary>
public static class PortProbe
{
    /// <exception cref="StartupException">The port is in use, or this user may not listen on it.</exception>
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
            $"{urls} is not an address of this machine. Listen on another address: --urls http://127.0.0.1:8080, or http://*:8080 for all",
        SocketError.AccessDenied =>
            $"{urls} needs more rights than this user has; ports below 1024 require root. Listen elsewhere: --urls http://127.0.0.1:8080",
        _ => $"Cannot listen on {urls} ({error}). Listen elsewhere: --urls http://127.0.0.1:8080",
    };
}
