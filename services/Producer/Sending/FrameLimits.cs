using NATS.Client.Core;
using RideIngest.Producer.Settings;
using RideIngest.Streams.Nats;
using RideIngest.Streams.Rides;

namespace RideIngest.Producer.Sending;

/// <summary>
/// The maximum size of a frame: a number of records, and half of the server's max_payload, which leaves room for one more record and the
/// headers.
/// </summary>
internal sealed class FrameLimits(INatsConnection nats, SpineSettings settings, ProducerSettings producer)
{
    public int MostRecords => settings.FrameRecords;

    /// <summary>The largest record in bytes as received. It may become slightly longer in a frame.</summary>
    public int LongestRecord => (int)Math.Min(producer.MaxRecord, MaxPayload / 4);

    public bool IsFull(OutgoingFrame frame) => frame.Count >= settings.FrameRecords || frame.Payload.Length >= MaxPayload / 2;

    private int MaxPayload => Payload.Most(nats);
}
