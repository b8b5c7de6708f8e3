using RideIngest.Producer.Sending;
using RideIngest.Producer.Settings;
using RideIngest.Streams.Rides;

namespace RideIngest.Producer.Intake;

/// <summary>The limits on records in progress, sizes, and waiting times.</summary>
internal sealed class IntakeLimits(FrameLimits frames, RecordsInFlight inFlight, SpineSettings spine, ProducerSettings producer)
{
    public FrameLimits Frames => frames;

    /// <summary>The largest record, in bytes.</summary>
    public int LongestRecord => frames.LongestRecord;

    /// <summary>The largest upload, in bytes; 0 means no limit.</summary>
    public long LargestUpload => producer.MaxUpload;

    public int FramesPerUpload => producer.FramesPerUpload;

    /// <summary>The longest time that a sender may wait.</summary>
    public TimeSpan LongestWait => producer.MaxWait;

    /// <summary>Reserves a record; returns false at the limit. Each success must be followed by one <see cref="Leave"/>.</summary>
    public bool TryEnter() => inFlight.TryEnter();

    public void Leave() => inFlight.Leave();

    /// <summary>
    /// The time to answer, in ticks of <see cref="Environment.TickCount64"/>; 0 means as soon as the stream has the record.
    /// </summary>
    public long Deadline(Preference preference) => preference.Deadline(spine.Wait, producer.MaxWait);
}
