namespace RideIngest.Console.Overview;

/// <summary>Something that an operator should look at.</summary>
/// <param name="Who">The process, server or system.</param>
/// <param name="Link">The page that shows more; null for none.</param>
public readonly record struct Trouble(string Who, string What, string? Link = null);
