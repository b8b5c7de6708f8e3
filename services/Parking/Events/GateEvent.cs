using RideIngest.Records.Kinds;

namespace RideIngest.Parking.Events;

/// <summary>A vehicle passed a gate. Its kind and its id identify it.</summary>
internal abstract record GateEvent : Record<string>
{
    /// <summary>As in <see cref="Plate"/>, once it is read.</summary>
    public string VehiclePlate { get; set; } = "";

    public abstract bool IsExit { get; }

    public abstract DateTimeOffset At { get; }
}
