using System.ComponentModel;
using RideIngest.Hosting.Config;
using RideIngest.Park.Folds;

namespace RideIngest.Park.Commits;

/// <summary>A ride as clients see it.</summary>
[Description("A ride, with its waiting time")]
internal sealed record RideFigures(
    [property: Description("The ride's id")] long Id,
    [property: Description("The name")] string Name,
    [property: Description("The description")] string Description,
    [property: Description("How many people it takes at once")] int Capacity,
    [property: Description("How long it is on its way, such as 3m")] string RideTime,
    [property: Description("clock or reported")] string Boarding,
    [property: Description("operating, down, closed, or suspected if it should have left several times")] string Status,
    [property: Description("Why it does not operate")] string? Reason,
    [property: Description("Since when it has this status")] DateTimeOffset StatusSince,
    [property: Description("The number of people in its queue")] int Waiting,
    [property: Description("The number of people on the ride")] int Aboard,
    [property: Description("For a newcomer, by the number of people ahead, such as 5m; null while the ride is stopped")]
    string? WaitingTime,
    [property: Description("The same in seconds")] double? WaitingSeconds,
    [property: Description("When a newcomer boards, by the clock; null while the ride is stopped")] DateTimeOffset? WaitingUntil,
    [property: Description("Whether the figures are doubtful, because the ride is suspected to be broken")] bool Uncertain,
    [property: Description("When the figures were computed")] DateTimeOffset ComputedAt,
    [property: Description("Since when they may be out of date; null if they are not")] DateTimeOffset? StaleSince,
    [property: Description("The number of events of the ride")] int Version)
{
    public static RideFigures Of(long id, RideState ride, DateTimeOffset now, DateTimeOffset? staleSince) => new(
        id, ride.Title, ride.Description, ride.Capacity, Duration.Format(ride.RideTime), ride.Boarding.Word(), ride.Status.Word(),
        ride.Reason, ride.StatusSince, ride.Line.Count, ride.Aboard(now),
        ride.WaitingTime(now) is { } waiting ? Duration.Format(waiting) : null, ride.WaitingTime(now)?.TotalSeconds,
        ride.BoardsAt(ride.Line.Count, now), ride.Status == OperatingStatus.Suspected, now, staleSince, ride.Version);

    /// <summary>Whether a client that has the other figures learns nothing new from these.</summary>
    public bool IsLike(RideFigures other) => this with
    {
        WaitingUntil = other.WaitingUntil,
        ComputedAt = other.ComputedAt,
    } == other;
}
