using NATS.Client.Core;

namespace NATS.Client.JetStream.Wire;

/// <summary>What older servers would not refuse, but silently ignore.</summary>
internal static class ServerFeatures
{
    private static readonly Version ManyFilters = new(2, 10);
    private static readonly Version TerminateReasons = new(2, 10, 4);

    public static bool TakesManyFilters(INatsServerInfo? server) => IsAtLeast(server, ManyFilters);

    /// <summary>Without it a termination that gives a reason is no termination at all.</summary>
    public static bool TakesTerminateReason(INatsServerInfo? server) => IsAtLeast(server, TerminateReasons);

    /// <summary>Development builds carry a suffix; what cannot be read is taken for new.</summary>
    private static bool IsAtLeast(INatsServerInfo? server, Version wanted) =>
        !Version.TryParse(server?.Version.Split('-')[0], out var version) || version >= wanted;
}
