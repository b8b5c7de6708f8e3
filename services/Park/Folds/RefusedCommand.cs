namespace RideIngest.Park.Folds;

/// <summary>Why a command is refused.</summary>
/// <param name="Type">The problem type.</param>
/// <param name="Detail">Without a full stop.</param>
internal sealed record RefusedCommand(int Status, string Type, string Detail);
