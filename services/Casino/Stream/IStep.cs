using RideIngest.Casino.Events;

namespace RideIngest.Casino.Stream;

/// <summary>What a role does with events on their way.</summary>
internal interface IStep
{
    /// <summary>
    /// Completes the events, or counts them. May be asked again with the same ones: doing it twice must be as good as once.
    /// </summary>
    /// <exception cref="NotNowException">What it takes is not there; the events wait in the stream.</exception>
    Task TakeAsync(IReadOnlyList<CasinoEvent> events, CancellationToken cancellationToken);
}

/// <summary>Something that a role needs is away, and expected to return.</summary>
internal sealed class NotNowException(string reason, Exception? inner = null) : Exception(reason, inner);
