using System.Diagnostics;
using RideIngest.Contracts.Frames;

namespace RideIngest.Unit.Contracts;

public sealed class FrameTracesTests
{
    private static readonly ActivityContext One = New();
    private static readonly ActivityContext Two = New();

    [Fact]
    public void Each_record_keeps_its_own_trace()
    {
        ActivityContext[] contexts = [One, One, default, default, Two, One];

        var header = FrameTraces.Write(contexts);

        Assert.Equal($"{FrameTraces.TraceParent(One)},,-,,{FrameTraces.TraceParent(Two)},{FrameTraces.TraceParent(One)}", header);
        Assert.Equal(contexts.Select(c => c.TraceId), FrameTraces.Read(header, default, 6).Select(c => c.TraceId));
    }

    [Fact]
    public void Without_the_header_every_record_has_the_frames_trace() => Assert.Equal([One, One], FrameTraces.Read(null, One, 2));

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("00-zz-00-01")]
    public void What_is_missing_or_unreadable_is_the_frames(string header) =>
        Assert.Equal([One, One, One], FrameTraces.Read(header, One, 3));

    private static ActivityContext New() =>
        new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, isRemote: true);
}
