using RideIngest.Hosting.Health;

namespace RideIngest.Park.Board;

/// <summary>
/// Reports that the rides have not been read. Once they were, a process goes on serving them, with their age, while Postgres is away, and
/// load balancers must keep sending.
/// </summary>
internal sealed class BoardReadiness(RideBoard board) : IReadinessCheck
{
    public string Name => "park";

    public ValueTask<string?> MissingAsync(CancellationToken cancellationToken) =>
        new(board.AsOf is null ? "The rides have not been read from Postgres yet." : null);
}
