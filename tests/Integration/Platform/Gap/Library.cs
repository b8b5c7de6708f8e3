namespace RideIngest.Integration.Platform.Gap;

/// <summary>Beside SQL files without the second.</summary>
internal sealed class Library;
