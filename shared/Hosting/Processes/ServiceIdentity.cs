namespace RideIngest.Hosting.Processes;

/// <summary>The identity of this process in traces, on servers that it connects to, and on its pages.</summary>
public sealed record ServiceIdentity(string Name, string Version, string Instance, IReadOnlyList<string> Modules, DateTimeOffset StartedAt);
