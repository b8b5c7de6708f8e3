using RideIngest.Park.Folds;

namespace RideIngest.Park.Commits;

/// <summary>The answer to a command: a body, or why it is refused.</summary>
internal sealed record CommandAnswer(int Status, object? Body = null, RefusedCommand? Refused = null)
{
    /// <summary>Whether nothing changed, because the same was commanded before.</summary>
    public bool IsRepeated { get; init; }

    public static CommandAnswer Refuse(RefusedCommand refused) => new(refused.Status, Refused: refused);

    public static CommandAnswer NotFound(string what) => Refuse(new(404, "not-found", $"There is no {what}"));
}
