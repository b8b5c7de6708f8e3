namespace RideIngest.Casino.Settings;

/// <summary>What a process can do; it does those that <c>--roles</c> names.</summary>
public enum Role
{
    Generator,
    Currency,
    Player,
    Description,
    Aggregates,
}
