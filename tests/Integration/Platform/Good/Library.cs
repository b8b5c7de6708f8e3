namespace RideIngest.Integration.Platform.Good;

/// <summary>Beside SQL files that run.</summary>
internal sealed class Library;
