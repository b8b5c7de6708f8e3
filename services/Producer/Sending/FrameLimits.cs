using NATS.Client.Core;
using RideIngest.Producer.Settings;
using RideIngest.Streams.Nats;
using RideIngest.Streams.Rides;

namespace RideIngest.Producer.Sending;

/// <summary>
/// How large a frame may become: so many records, and half of what the server takes, which leaves room for one more record and the headers.
/// </summary>
internal sealed class FrameLimits(INatsConnection nats, SpineSettings settings, ProducerSettings producer)
{
    public int MostRecords => settings.FrameRecords;

    /// <summary>In bytes, as it is sent to us. In a frame it may become a little longer.</summary>
    public int LongestRecord => (int)Math.Min(producer.MaxRecord, MaxPayload / 4);

    public bool IsFull(OutgoingFrame frame) => frame.Count >= settings.FrameRecords || frame.Payload.Length >= MaxPayload / 2;

    private int MaxPayload => Payload.Most(nats);
}
