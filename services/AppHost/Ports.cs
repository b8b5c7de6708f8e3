using System.Net;
using System.Net.Sockets;
using RideIngest.LocalServers.Processes;

namespace RideIngest.AppHost;

/// <summary>Checks that ports are free, because Aspire does not report a port that is in use.</summary>
internal static class Ports
{
    /// <param name="urls">An empty URL means any free port.</param>
    /// <exception cref="LocalServerException">A port is in use.</exception>
    public static void EnsureFree(params IEnumerable<string?> urls)
    {
        foreach (var url in urls.Where(url => !string.IsNullOrEmpty(url)))
        {
            try
            {
                using var probe = new TcpListener(IPAddress.Loopback, new Uri(url!).Port);
                probe.Start();
            }
            catch (SocketException e)
            {
                throw new LocalServerException($"Cannot listen on {url}: {e.Message}. Another app host may be running.", e);
            }
        }
    }
}
