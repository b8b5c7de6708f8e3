using System.Diagnostics;
using RideIngest.CheckIn.Events;
using RideIngest.Streams.Intake;
using RideIngest.Streams.Publishing;

namespace RideIngest.CheckIn.Taps;

/// <summary>
/// Decides which way a tap goes: into Postgres, or, while that is away, into the stream of taps. While the stream holds any, all taps go
/// there, so that they are stored in order.
/// </summary>
internal sealed class TapGate(TapStore store, EventPublisher<Tap> stream, StreamPublisher publisher)
{
    private long _divertedAt = 1;
    private int _diverting;

    public async Task<TapAnswer> TakeAsync(TracedTap tap)
    {
        if (!IsDirect)
        {
            var way = await DivertAsync(tap.Tap, wasSent: false);
            return way == TapWay.Away && !store.IsAway ? await StoreAsync(tap, orDivert: false) : new(way, null);
        }
        return await StoreAsync(tap, orDivert: true);
    }

    /// <summary>Whether the stream may hold taps.</summary>
    public bool MayHold => !WasDrained;

    /// <summary>Notes that a tap went into the stream.</summary>
    public void Diverted() => Volatile.Write(ref _divertedAt, Stopwatch.GetTimestamp());

    private bool IsDirect => !store.IsAway && (!publisher.IsOpen || stream.Room.IsUnknown || WasDrained);

    private bool WasDrained => Volatile.Read(ref _diverting) == 0 && stream.Room.WasEmptyAfter(Volatile.Read(ref _divertedAt));

    private async Task<TapAnswer> StoreAsync(TracedTap tap, bool orDivert)
    {
        if (store.IsCrowded)
            return new(TapWay.Busy, null);
        var pending = await store.StoreAsync(tap);
        if (pending.Outcome is { } outcome)
            return new(TapWay.Stored, outcome);
        if (orDivert)
            return new(await DivertAsync(tap.Tap, pending.WasSent), null);
        return new(pending.WasSent ? TapWay.Unknown : TapWay.Away, null);
    }

    private async Task<TapWay> DivertAsync(Tap tap, bool wasSent)
    {
        if (stream.IsCrowded)
            return wasSent ? TapWay.Unknown : TapWay.Busy;
        Interlocked.Increment(ref _diverting);
        var end = (await stream.PublishAsync(tap)).End;
        if (end is PublishEnd.Taken or PublishEnd.Unknown)
            Diverted();
        Interlocked.Decrement(ref _diverting);
        return end switch
        {
            PublishEnd.Taken => TapWay.Diverted,
            PublishEnd.Refused when !wasSent => TapWay.Busy,
            PublishEnd.Away when !wasSent => TapWay.Away,
            _ => TapWay.Unknown,
        };
    }
}

/// <summary>Where a tap went.</summary>
internal enum TapWay
{
    /// <summary>Postgres has it.</summary>
    Stored,

    /// <summary>The stream has it.</summary>
    Diverted,

    /// <summary>Nobody has it, because too many taps wait.</summary>
    Busy,

    /// <summary>Nobody has it, because both servers are away.</summary>
    Away,

    /// <summary>Whether Postgres or the stream has it is not known.</summary>
    Unknown,
}

/// <param name="Outcome">Null if it is not stored.</param>
internal sealed record TapAnswer(TapWay Way, TapOutcome? Outcome);
