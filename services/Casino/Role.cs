namespace RideIngest.Casino;

/// <summary>What a process can do; it does those that <c>--roles</c> names.</summary>
public enum Role
{
    Generator,
    Currency,
    Player,
    Description,
    Aggregates,
}
