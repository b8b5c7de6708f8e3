namespace RideIngest.Integration.Storage.Broken;

/// <summary>Beside an SQL file that does not run.</summary>
internal sealed class BrokenLibrary;
