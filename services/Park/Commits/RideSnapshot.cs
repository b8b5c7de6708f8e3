using System.Text.Json;
using RideIngest.Hosting.Endpoints;
using RideIngest.Park.Folds;

namespace RideIngest.Park.Commits;

/// <summary>The stored form of a ride's state.</summary>
internal sealed record RideSnapshot(RideState State, IReadOnlyList<RideSnapshot.Waiting> Line)
{
    public static string Write(RideState ride) => JsonSerializer.Serialize(
        new RideSnapshot(ride, [.. ride.Line.Places.Select(place => new Waiting(place.Customer, place.Since))]), ApiJson.Options);

    public static RideState Read(string state)
    {
        var read = JsonSerializer.Deserialize<RideSnapshot>(state, ApiJson.Options)!;
        return read.State with { Line = WaitingLine.Of(read.Line.Select(place => (place.Customer, place.Since))) };
    }

    internal sealed record Waiting(long Customer, DateTimeOffset Since);
}
