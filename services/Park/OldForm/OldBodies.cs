using System.ComponentModel;
using System.Text.Json.Nodes;
using RideIngest.Park.Folds;

namespace RideIngest.Park.OldForm;

[Description("A ride, in the old form")]
internal sealed record OldRide(
    [property: Description("The ride's id")] long Id,
    [property: Description("When it was added")] DateTimeOffset CreatedAt,
    [property: Description("When it last changed")] DateTimeOffset UpdatedAt,
    [property: Description("Always null")] DateTimeOffset? DeletedAt,
    [property: Description("The name")] string Name,
    [property: Description("The description")] string Desc,
    [property: Description("How long it is on its way, in nanoseconds")] long RideTimeInNs,
    [property: Description("How many people it takes at once")] int Capacity,
    [property: Description("The waiting time in nanoseconds; -1 if there is none")] long WaitingTimeInNs,
    [property: Description("The number of people in its queue")] int InQueueCount)
{
    public static OldRide Of(long id, RideState ride, DateTimeOffset now) => new(
        id, ride.AddedAt, ride.At, null, ride.Title, ride.Description, Nanoseconds(ride.RideTime), ride.Capacity,
        ride.WaitingTime(now) is { } waiting ? Nanoseconds(waiting) : -1, ride.Line.Count);

    private static long Nanoseconds(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;
}

[Description("A customer inside, in the old form")]
internal sealed record OldCustomer(
    [property: Description("The customer's id")] long Id,
    [property: Description("When the customer entered")] DateTimeOffset CreatedAt,
    [property: Description("When something last happened to the customer")] DateTimeOffset UpdatedAt,
    [property: Description("Always null")] DateTimeOffset? DeletedAt,
    [property: Description("Always null")] DateTimeOffset? ExitAt)
{
    public static OldCustomer Of((long Id, DateTime EnteredAt, DateTime ChangedAt) row) =>
        new(row.Id, new(row.EnteredAt), new(row.ChangedAt), null, null);
}

[Description("A new ride, in the old form")]
internal sealed record OldPostedRide(
    [property: Description("1 to 100 characters")] string Name,
    [property: Description("How long it is on its way")] int RideTimeSecs,
    [property: Description("How many people it takes at once")] int Capacity,
    [property: Description("Up to 1000 characters")] string? Desc = null);

[Description("A customer, in the old form")]
internal sealed record OldPostedCustomer([property: Description("The customer's id")] long Id);

[Description("A customer and a ride, in the old form")]
internal sealed record OldPostedQueue(
    [property: Description("The customer's id")] long Id, [property: Description("The ride's id")] long RideId);

[Description("The answer to a new ride, in the old form")]
internal sealed record OldAdded([property: Description("added")] string Status);

[Description("The answer to what a customer does, in the old form")]
internal sealed record OldDone(
    [property: Description("What was done")] string Status, [property: Description("The customer's id")] long CustomerId);

[Description("An error, in the old form")]
internal sealed record OldError([property: Description("In words")] string Err)
{
    public static readonly JsonNode Example = JsonNode.Parse("""{"err":"The customer is in the queue of ride 1"}""")!;
}
