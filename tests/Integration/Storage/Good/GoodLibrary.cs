namespace RideIngest.Integration.Storage.Good;

/// <summary>Beside SQL files that run.</summary>
internal sealed class GoodLibrary;
