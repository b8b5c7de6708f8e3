using System.Globalization;
using Npgsql;
using RideIngest.Contracts.Finding;
using RideIngest.Parking.Events;
using RideIngest.Storage.Postgres;
using RideIngest.Streams.Finding;

namespace RideIngest.Parking.Reads;

/// <summary>Finds the events and visits of a plate or an id, for the console.</summary>
internal sealed class PlateFinder(MovementReader movements) : IFinder
{
    private const int Most = 20;

    public string System => "parking";

    public async Task<IReadOnlyList<Found>> FindAsync(string text, CancellationToken cancellationToken)
    {
        try
        {
            var found = await movements.FindAsync(Plate.TryRead(text, out var plate) ? plate : null, text, Most, cancellationToken);
            return [.. found.Select(one => new Found(System, one.What, one.Event.Id, Detail(one.Event)))];
        }
        catch (Exception e) when (StoreUnavailableException.Covers(e))
        {
            return [];
        }
    }

    private static string Detail(ReadEvent item)
    {
        var with = item.PairedWith is { } other ? $" with {other}" : "";
        return string.Create(
            CultureInfo.InvariantCulture, $"{item.VehiclePlate} at {item.At.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z, {item.State}{with}");
    }
}
