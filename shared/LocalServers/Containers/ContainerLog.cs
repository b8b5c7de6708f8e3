using System.Globalization;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace RideIngest.LocalServers.Containers;

/// <summary>Follows a container's log until the container ends.</summary>
internal static class ContainerLog
{
    /// <param name="since">Skips earlier lines.</param>
    public static Task FollowAsync(IDockerClient client, string id, DateTime since, Action<string> heard)
    {
        var wanted = new ContainerLogsParameters
        {
            ShowStdout = true,
            ShowStderr = true,
            Follow = true,
            Since = new DateTimeOffset(since).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        };
        return client.Containers.GetContainerLogsAsync(id, wanted, new Lines(heard), CancellationToken.None);
    }

    /// <summary>Reports lines synchronously and in order, unlike <see cref="Progress{T}"/>.</summary>
    private sealed class Lines(Action<string> heard) : IProgress<string>
    {
        public void Report(string value) => heard(value.TrimEnd('\n', '\r'));
    }
}
