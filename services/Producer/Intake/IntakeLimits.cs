using RideIngest.Producer.Sending;
using RideIngest.Producer.Settings;
using RideIngest.Streams.Rides;

namespace RideIngest.Producer.Intake;

/// <summary>How much is taken at once, how large it may be, and how long its sender waits.</summary>
internal sealed class IntakeLimits(FrameLimits frames, RecordsInFlight inFlight, SpineSettings spine, ProducerSettings producer)
{
    public FrameLimits Frames => frames;

    /// <summary>In bytes.</summary>
    public int LongestRecord => frames.LongestRecord;

    /// <summary>In bytes; 0 is no limit.</summary>
    public long LargestUpload => producer.MaxUpload;

    public int FramesPerUpload => producer.FramesPerUpload;

    /// <summary>The longest that a sender is kept waiting.</summary>
    public TimeSpan LongestWait => producer.MaxWait;

    /// <summary>False when the limit is reached; otherwise followed by one <see cref="Leave"/>.</summary>
    public bool TryEnter() => inFlight.TryEnter();

    public void Leave() => inFlight.Leave();

    /// <summary>When to answer, in ticks of <see cref="Environment.TickCount64"/>; 0: as soon as the stream has the record.</summary>
    public long Deadline(Preference preference) => preference.Deadline(spine.Wait, producer.MaxWait);
}
