using NATS.Client.Core;
using RideIngest.Spine;

namespace RideIngest.Producer.Frames;

/// <summary>How large a frame may become: so many records, and half of what the server takes, which leaves room for the headers.</summary>
internal sealed class FrameLimits(INatsConnection nats, SpineSettings settings)
{
    private const int UsualMaxPayload = 1024 * 1024;

    public int MostRecords => settings.FrameRecords;

    public bool IsFull(Frame frame) =>
        frame.Count >= settings.FrameRecords || frame.Payload.Length >= (nats.ServerInfo?.MaxPayload ?? UsualMaxPayload) / 2;
}
