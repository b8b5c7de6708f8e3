using RideIngest.CheckIn.Events;
using RideIngest.CheckIn.Settings;

namespace RideIngest.CheckIn.Deliveries;

/// <summary>A third party that takes every check-out.</summary>
internal abstract class Destination(DestinationDefinition definition, CheckInSettings settings)
{
    /// <summary>The time from the claim of a call to its begin.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromSeconds(15);

    public string Name => definition.Name;

    public virtual bool HonoursKeys => definition.HonoursKeys(settings);

    public double Rate => definition.Rate(settings);

    /// <summary>The number of calls at once in a process.</summary>
    public abstract int AtOnce { get; }

    /// <summary>After this time, a call has an answer or is abandoned.</summary>
    public abstract TimeSpan CallTimeout { get; }

    /// <summary>After this time, a call that was claimed is not begun any more, or has an answer.</summary>
    public TimeSpan Patience => CallTimeout + Slack;

    /// <summary>Makes one call. Throws only when cancelled.</summary>
    public abstract Task<Delivery> SendAsync(CheckOut item, CancellationToken cancellationToken);
}

/// <summary>How a call ended.</summary>
internal enum DeliveryEnd
{
    Done,

    /// <summary>It was not made, because the process ends or was too slow.</summary>
    NotBegun,

    /// <summary>It had no effect, and a later one may have.</summary>
    Failed,

    /// <summary>It had no effect, because there were too many calls.</summary>
    Limited,

    /// <summary>It had no effect, and no later one will.</summary>
    Refused,

    /// <summary>Its answer was lost, so whether it had an effect is not known.</summary>
    InDoubt,
}

/// <param name="Answer">The answer, or why there is none.</param>
/// <param name="After">When to call again, if the third party says so.</param>
internal readonly record struct Delivery(DeliveryEnd End, string Answer = "", TimeSpan After = default)
{
    /// <summary>Whether the event may be at fault for a failed call, rather than the destination.</summary>
    public bool MayBeTheEvent { get; init; }
}
