using System.Net;
using System.Net.Sockets;

namespace RideIngest.LocalServers.Processes;

/// <summary>
/// Free loopback ports from below the range that kernels give to outgoing connections. In that range a client that dials a
/// stopped server's port again and again can end up connected to itself, and then the server cannot come back.
/// </summary>
internal static class FreePort
{
    private const int Lowest = 20_000;
    private const int Above = 32_000;

    /// <summary>Free now; somebody else may be quicker, so whoever listens there must be ready to pick again.</summary>
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
