using RideIngest.Contracts.Finding;

namespace RideIngest.Streams.Finding;

/// <summary>Finds what a system has under a text, such as an id or a receipt.</summary>
public interface IFinder
{
    /// <summary>The system, of which one process answers.</summary>
    string System { get; }

    /// <summary>Returns nothing for a text that the system has nothing under, and while it cannot look.</summary>
    Task<IReadOnlyList<Found>> FindAsync(string text, CancellationToken cancellationToken);
}
