using System.Text.Json;
using RideIngest.Parking.Events;

namespace RideIngest.Parking.Gates;

/// <summary>Writes what a gate reports, and which entry belongs to each exit, as JSON lines; nothing without a folder.</summary>
internal sealed class GateTruth : IAsyncDisposable
{
    private readonly StreamWriter? _file;

    private GateTruth(StreamWriter? file) => _file = file;

    public static GateTruth Open(string? folder, string gate) => new(folder is null
        ? null
        : new StreamWriter(Path.Combine(Directory.CreateDirectory(folder).FullName, $"{gate.ToLowerInvariant()}.jsonl"), append: true)
        {
            AutoFlush = true,
        });

    public async ValueTask WriteAsync(GateEvent item, string? entry)
    {
        if (_file is not null)
            await _file.WriteLineAsync(JsonSerializer.Serialize(new { id = item.Id, plate = item.VehiclePlate, at = item.At, entry }));
    }

    public async ValueTask DisposeAsync()
    {
        if (_file is not null)
            await _file.DisposeAsync();
    }
}
