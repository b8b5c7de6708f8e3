using Docker.DotNet;
using Docker.DotNet.Models;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Containers;

/// <summary>
/// The container engine that Testcontainers finds (<c>DOCKER_HOST</c>, Docker contexts, default sockets), and our containers in it.
/// Containers are labelled with their owner, so that the next start removes those of a killed process.
/// </summary>
internal sealed class ContainerEngine
{
    private const string MachineLabel = "rideingest.machine";
    internal const string DirectoryLabel = "rideingest.directory";
    private const string TemporaryLabel = "rideingest.temporary";

    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(5);

    private ContainerEngine(IDockerClient client) => Client = client;

    public IDockerClient Client { get; }

    public static async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await FindAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (LocalServerException)
        {
            return false;
        }
    }

    /// <exception cref="LocalServerException">No engine responds.</exception>
    public static async Task<ContainerEngine> FindAsync(CancellationToken cancellationToken)
    {
        string tried;
        try
        {
            // Testcontainers reports the endpoints that it tried only when a container is built.
            _ = new ContainerBuilder(ServerImages.Nats).WithCleanUp(false).Build();
            var endpoint = TestcontainersSettings.OS.DockerEndpointAuthConfig;
            var client = endpoint.GetDockerClientBuilder(Guid.Empty).Build();
            using var answer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            answer.CancelAfter(AnswersWithin);
            await client.System.PingAsync(answer.Token).ConfigureAwait(false);
            return new ContainerEngine(client);
        }
        catch (DockerUnavailableException e)
        {
            var reasons = (e.InnerException as AggregateException)?.InnerExceptions.Select(inner => inner.Message) ?? [e.Message];
            tried = string.Join('\n', reasons.Select(reason => $"  {reason}"));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            tried = $"  {e.Message}";
        }

        throw new LocalServerException(
            $"""
            The private servers need a container engine, but none responds. Tried:
            {tried}
            Start one (Docker; or Podman with "podman system service --time=0 unix:///run/podman/podman.sock") and, if its socket is not
            where Docker's is, set DOCKER_HOST to it, as unix:///run/podman/podman.sock.
            """);
    }

    public static IReadOnlyDictionary<string, string> Labels(DataDirectory directory) => new Dictionary<string, string>
    {
        [MachineLabel] = Environment.MachineName,
        [DirectoryLabel] = directory.Path,
        [TemporaryLabel] = directory.IsTemporary ? "true" : "false",
    };

    /// <summary>Removes containers of earlier runs: those of this directory, and those of directories whose owner has exited.</summary>
    public async Task RemoveOrphansAsync(DataDirectory mine, CancellationToken cancellationToken)
    {
        var ofMachine = new Dictionary<string, bool> { [$"{MachineLabel}={Environment.MachineName}"] = true };
        var filters = new Dictionary<string, IDictionary<string, bool>> { ["label"] = ofMachine };
        var wanted = new ContainersListParameters { All = true, Filters = filters };
        var containers = await Client.Containers.ListContainersAsync(wanted, cancellationToken).ConfigureAwait(false);
        foreach (var container in containers)
        {
            var directory = container.Labels[DirectoryLabel];
            if (directory == mine.Path)
                await RemoveAsync(container.ID, cancellationToken).ConfigureAwait(false);
            else if (!DataDirectory.IsOwned(directory))
                await TryRemoveAsync(container, directory, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Removes a container with its anonymous volumes. Named volumes stay.</summary>
    public async Task RemoveAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            var whole = new ContainerRemoveParameters { Force = true, RemoveVolumes = true };
            await Client.Containers.RemoveContainerAsync(id, whole, cancellationToken).ConfigureAwait(false);
        }
        catch (DockerContainerNotFoundException)
        {
            // Another start removed it.
        }
    }

    public async Task<bool> HasAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            await Client.Containers.InspectContainerAsync(id, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (DockerContainerNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Tries to remove a container that other starts may be removing too.</summary>
    private async Task TryRemoveAsync(ContainerListResponse container, string directory, CancellationToken cancellationToken)
    {
        try
        {
            await RemoveAsync(container.ID, cancellationToken).ConfigureAwait(false);
            if (container.Labels[TemporaryLabel] == "true")
                Directory.Delete(directory, recursive: true);
        }
        catch (Exception e) when (e is DockerApiException or IOException or UnauthorizedAccessException)
        {
            // The next start will retry; a leftover container does no harm.
        }
    }
}
