namespace RideIngest.Hosting.Access;

/// <summary>
/// Metadata of an endpoint, or an attribute of a page: the caller needs one of these scopes, or any key if there are none.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsAttribute(params string[] anyOf) : Attribute
{
    public IReadOnlyList<string> AnyOf => anyOf;

    public override string ToString() => string.Join(" or ", anyOf);

    /// <summary>Any key or token will do.</summary>
    internal static NeedsAttribute AnyKey { get; } = new();

    internal bool IsMetBy(Caller caller)
    {
        foreach (var scope in anyOf)
        {
            if (caller.Allows(scope))
                return true;
        }
        return anyOf.Length == 0;
    }
}
