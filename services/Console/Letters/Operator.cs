using RideIngest.Hosting.Access;
using RideIngest.Hosting.Problems;

namespace RideIngest.Console.Letters;

/// <summary>Who acts on dead letters.</summary>
internal readonly struct Operator(Caller? caller)
{
    public static Operator Of(HttpContext http) => new(Caller.Of(http));

    /// <summary>The name of the key or token; <c>anyone</c> if none is required.</summary>
    public string Name => caller?.Name ?? "anyone";

    public bool May(string scope) => caller?.Allows(scope) ?? true;

    /// <summary>The problem if the scope is missing.</summary>
    public Problem? Forbid(string scope) => May(scope) ? null : caller!.Forbid(scope);
}
