using System.Net;
using System.Net.Sockets;

namespace RideIngest.LocalServers.Processes;

/// <summary>
/// Picks free loopback ports below the ephemeral range. In that range a client that keeps dialling a stopped server's port can connect to
/// itself and block the port.
/// </summary>
internal static class FreePort
{
    private const int Lowest = 20_000;
    private const int Above = 32_000;

    /// <summary>Returns a port that is free now. Another process may take it first, so the caller must be ready to pick again.</summary>
    public static int Pick()
    {
        while (true)
        {
            var port = Random.Shared.Next(Lowest, Above);
            if (IsFree(port))
                return port;
        }
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
