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
    private const int Count = 12_000;

    private static int _next = Random.Shared.Next(Count);

    /// <summary>
    /// Returns a port that is free now, and that this process has not picked before. Another process may take it first, so the caller must
    /// be ready to pick again.
    /// </summary>
    public static int Pick()
    {
        while (true)
        {
            var port = Lowest + (int)((uint)Interlocked.Increment(ref _next) % Count);
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
