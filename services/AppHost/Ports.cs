using System.Net;
using System.Net.Sockets;
using RideIngest.LocalServers.Processes;

namespace RideIngest.AppHost;

/// <summary>Aspire says that the dashboard listens, also where its port is another process's.</summary>
internal static class Ports
{
    /// <param name="urls">Empty for any free port.</param>
    /// <exception cref="LocalServerException">A port is taken.</exception>
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
                throw new LocalServerException($"{url} cannot be listened on: {e.Message}. Does another app host run?", e);
            }
        }
    }
}
