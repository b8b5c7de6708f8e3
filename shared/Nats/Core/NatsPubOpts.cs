namespace NATS.Client.Core;

/// <summary>NATS.Net's options of a single publish are not needed here; the type keeps its place in the signatures.</summary>
public record NatsPubOpts;
