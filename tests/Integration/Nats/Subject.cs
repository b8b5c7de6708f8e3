using NATS.Client.Core;

namespace RideIngest.Integration.Nats;

/// <summary>Which implementation this build of the suite runs against.</summary>
internal static class Subject
{
    /// <summary>True for shared/Nats, false for the NATS.Net package.</summary>
    public static bool IsOurs { get; } = typeof(NatsConnection).Assembly.GetName().Name == "RideIngest.Nats";
}
