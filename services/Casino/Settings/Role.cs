namespace RideIngest.Casino.Settings;

/// <summary>A role of a process, selected with <c>--roles</c>.</summary>
public enum Role
{
    Generator,
    Currency,
    Player,
    Description,
    Aggregates,
}
