namespace RideIngest.Hosting.Processes;

/// <summary>Who this process is, in traces, on the servers that it connects to, and on its pages.</summary>
public sealed record ServiceIdentity(string Name, string Version, string Instance, IReadOnlyList<string> Modules, DateTimeOffset StartedAt);
