namespace RideIngest.Integration.Storage.Gap;

/// <summary>Beside SQL files without the second.</summary>
internal sealed class GapLibrary;
