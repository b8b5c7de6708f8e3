using RideIngest.LocalServers.Binaries;
using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Containers;

/// <summary>Whether private servers run in containers.</summary>
public static class ServerContainers
{
    /// <summary>Chooses how private servers run: <c>containers</c>, or unset for programs first and containers last.</summary>
    public const string Variable = "RIDEINGEST_SERVERS";

    /// <summary>The version that the image of nats-server has, without its last number.</summary>
    public const string NatsVersion = ServerImages.NatsVersion;

    private const string Containers = "containers";

    /// <summary>Whether programs of this machine are not even looked for. There are none that could be used on Windows.</summary>
    /// <exception cref="LocalServerException">The variable has a value that means nothing.</exception>
    public static bool AreChosen => Environment.GetEnvironmentVariable(Variable) switch
    {
        null or "" => OperatingSystem.IsWindows(),
        Containers => true,
        var other => throw new LocalServerException(
            $"{Variable} is \"{other}\". The value that it knows is \"{Containers}\"; "
            + "without it, programs of this machine are used first."),
    };

    /// <summary>Whether a container engine answers.</summary>
    public static Task<bool> CanRunAsync(CancellationToken cancellationToken = default) => ContainerEngine.AnswersAsync(cancellationToken);

    /// <summary>The program that <paramref name="find"/> finds; null when the server runs in a container.</summary>
    internal static async Task<T?> ProgramOrContainerAsync<T>(
        DataDirectory directory, Func<Task<T>> find, Action<string>? progress, CancellationToken cancellationToken)
        where T : class
    {
        if (AreChosen || DataVolume.Holds(directory))
            return null;
        try
        {
            return await find().ConfigureAwait(false);
        }
        catch (MissingProgramException missing)
        {
            if (!await CanRunAsync(cancellationToken).ConfigureAwait(false))
                throw;
            progress?.Invoke($"{missing.Program}: there is no program for it on this machine; it is started in a container");
            return null;
        }
    }
}
