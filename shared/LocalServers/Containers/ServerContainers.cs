using RideIngest.LocalServers.Binaries;
using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Containers;

/// <summary>Decides whether private servers run in containers.</summary>
public static class ServerContainers
{
    /// <summary>Set to <c>containers</c> to run private servers in containers; unset, programs are tried first.</summary>
    public const string Variable = "RIDEINGEST_SERVERS";

    /// <summary>The version of the nats-server image, without the patch number.</summary>
    public const string NatsVersion = ServerImages.NatsVersion;

    private const string Containers = "containers";

    /// <summary>Whether programs are skipped. Always true on Windows, which has no suitable ones.</summary>
    /// <exception cref="LocalServerException">The variable has an invalid value.</exception>
    public static bool AreChosen => Environment.GetEnvironmentVariable(Variable) switch
    {
        null or "" => OperatingSystem.IsWindows(),
        Containers => true,
        var other => throw new LocalServerException(
            $"{Variable} is \"{other}\". The only valid value is \"{Containers}\"; "
            + "if it is unset, programs on this machine are used first."),
    };

    /// <summary>Whether a container engine responds.</summary>
    public static Task<bool> CanRunAsync(CancellationToken cancellationToken = default) => ContainerEngine.AnswersAsync(cancellationToken);

    /// <summary>Returns the program that <paramref name="find"/> finds; null if the server must run in a container.</summary>
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
            progress?.Invoke($"{missing.Program} is not installed on this machine; starting it in a container");
            return null;
        }
    }
}
