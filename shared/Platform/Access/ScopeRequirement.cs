using Microsoft.AspNetCore.Authorization;

namespace RideIngest.Platform.Access;

/// <summary>An endpoint's policy: who sends a request there needs one of these scopes.</summary>
public sealed class ScopeRequirement(params IReadOnlyList<string> anyOf) : IAuthorizationRequirement, IAuthorizationRequirementData
{
    public IReadOnlyList<string> AnyOf => anyOf;

    public IEnumerable<IAuthorizationRequirement> GetRequirements() => [this];

    public override string ToString() => string.Join(" or ", anyOf);
}
