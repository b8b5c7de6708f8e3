namespace RideIngest.Hosting.Access;

/// <summary>Endpoint metadata: the caller needs one of these scopes.</summary>
public sealed class ScopeRequirement(params IReadOnlyList<string> anyOf)
{
    public IReadOnlyList<string> AnyOf => anyOf;

    public override string ToString() => string.Join(" or ", anyOf);

    internal bool IsMetBy(Caller caller)
    {
        foreach (var scope in anyOf)
        {
            if (caller.Allows(scope))
                return true;
        }
        return false;
    }
}
