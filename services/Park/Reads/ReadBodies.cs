using System.ComponentModel;
using System.Text.Json.Nodes;
using RideIngest.Park.Board;
using RideIngest.Park.Commits;
using RideIngest.Park.Folds;

namespace RideIngest.Park.Reads;

[Description("All rides")]
internal sealed record RideList(
    [property: Description("The rides, by id")] IReadOnlyList<RideFigures> Items,
    [property: Description("As of when the rides are")] DateTimeOffset? AsOf);

[Description("A customer")]
internal sealed record ReadCustomer(
    [property: Description("The customer's id")] long Id,
    [property: Description("inside, queued, aboard or left")] string State,
    [property: Description("When the customer entered the park")] DateTimeOffset EnteredAt,
    [property: Description("When the customer left it; null while inside")] DateTimeOffset? LeftAt,
    [property: Description("The ride of the queue or of the journey; null for neither")] long? RideId,
    [property: Description("Of the queue: when the customer joined")] DateTimeOffset? QueuedAt,
    [property: Description("Of the queue: the number of people ahead")] int? Ahead,
    [property: Description("When the customer boards, by the clock; null while the ride is stopped")] DateTimeOffset? BoardsAt,
    [property: Description("When the customer is back; null while the ride is down")] DateTimeOffset? BackAt,
    [property: Description("Since when this may be out of date; null if it is not")] DateTimeOffset? StaleSince)
{
    /// <param name="found">As <see cref="CustomerReader.FindAsync"/> returns it.</param>
    public static ReadCustomer Of(
        long id, (CustomerState Customer, DateTimeOffset? StaleSince) found, RideBoard board, DateTimeOffset now)
    {
        var customer = found.Customer;
        var plain = new ReadCustomer(
            id, customer.LeftAt is null ? "inside" : "left", customer.EnteredAt, customer.LeftAt, null, null, null, null, null,
            found.StaleSince);
        if (customer.Queued is { } queued)
        {
            var ahead = board.Find(queued.Ride)?.Line.Ahead(id);
            return plain with
            {
                State = "queued",
                RideId = queued.Ride,
                QueuedAt = queued.Start,
                Ahead = ahead,
                BoardsAt = ahead is { } place ? board.Find(queued.Ride)!.BoardsAt(place, now) : queued.End,
            };
        }
        return customer.LeftAt is null && customer.Boarded is { } boarded && board.Find(boarded.Ride) is { } ride
            && ride.BackAt(boarded.At, now) is { } back
                ? plain with { State = "aboard", RideId = boarded.Ride, BackAt = ride.Status == OperatingStatus.Down ? null : back }
                : plain;
    }
}

[Description("Something that happened to a ride or a customer")]
internal sealed record ReadParkEvent(
    [property: Description("Its number, from 1")] int Version,
    [property: Description("When it happened")] DateTimeOffset At,
    [property: Description("Such as RideDeparted")] string Name,
    [property: Description("What it says")] JsonNode Data,
    [property: Description("When what it says ends, as estimated then")] DateTimeOffset? EndsAt)
{
    internal sealed record Row(int Version, DateTime At, string Name, string Data, DateTime? EndsAt)
    {
        public ReadParkEvent Event => new(
            Version, new(At), Name, JsonNode.Parse(Data)!, EndsAt is { } ends ? new DateTimeOffset(ends) : null);
    }
}

[Description("A page of events")]
internal sealed record ParkEventPage(
    [property: Description("The events, the first one first")] IReadOnlyList<ReadParkEvent> Items,
    [property: Description("The value of after for the next page; null on the last one")] int? Next);
