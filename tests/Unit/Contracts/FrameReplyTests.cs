using System.Buffers;
using System.Text;
using RideIngest.Contracts.Frames;
using RideIngest.Contracts.Outcomes;

namespace RideIngest.Unit.Contracts;

public sealed class FrameReplyTests
{
    [Fact]
    public void A_reply_says_how_many_records_ended_how_and_names_those_that_were_not_stored()
    {
        var reply = new FrameReply("f1", 42, 4,
        [
            new(1, 7, new Outcome(Status.Conflict)),
            new(3, null, new Outcome(Status.Failed, "23514", "breaks a \"rule\"")),
        ]);

        Assert.Equal(
            """{"frame":"f1","seq":42,"received":4,"stored":2,"duplicate":0,"conflict":1,"invalid":0,"failed":1,"exceptions":[{"index":1,"id":7,"status":"conflict"},{"index":3,"status":"failed","code":"23514","error":"breaks a \u0022rule\u0022"}]}""",
            Written(reply));
    }

    [Fact]
    public void Read_again_it_is_the_same()
    {
        var reply = new FrameReply(
            null, 1, 3, [new(0, 5, new Outcome(Status.Duplicate)), new(2, 9, new Outcome(Status.Invalid, null, "user_id is required"))]);

        var read = FrameReply.Read(Encoding.UTF8.GetBytes(Written(reply)))!;

        Assert.Equal((reply.Frame, reply.Sequence, reply.Received, reply.Stored), (read.Frame, read.Sequence, read.Received, read.Stored));
        Assert.Equal((1, 1, 1, 0, 0), (read.Stored, read.Duplicate, read.Invalid, read.Conflict, read.Failed));
        Assert.Equal(reply.Exceptions, read.Exceptions);
    }

    [Fact]
    public void When_all_is_stored_there_is_nothing_but_counts()
    {
        Assert.Equal(
            """{"seq":9,"received":500,"stored":500,"duplicate":0,"conflict":0,"invalid":0,"failed":0}""",
            Written(new FrameReply(null, 9, 500, [])));
    }

    [Fact]
    public void What_has_no_room_is_left_out_and_the_counts_stay_true()
    {
        var reply = new FrameReply(
            "f", 1, 100_000,
            [.. Enumerable.Range(0, 100_000).Select(
                i => new ReplyOutcome(i, i, new Outcome(Status.Invalid, null, new string('€', 1000))))]);

        var output = new ArrayBufferWriter<byte>();
        reply.Write(output, 1 << 20);
        var read = FrameReply.Read(output.WrittenSpan)!;

        Assert.InRange(output.WrittenCount, 1 << 18, 1 << 20);
        Assert.True(read.Truncated);
        Assert.Equal((100_000, 0), (read.Invalid, read.Stored));
        Assert.True(read.Exceptions.Count > 400);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("hello")]
    [InlineData("""{"seq":-1,"received":1}""")]
    [InlineData("""{"seq":1,"received":"one"}""")]
    [InlineData("""{"seq":1,"received":1,"exceptions":[{"index":""")]
    public void What_is_no_reply_is_null(string bytes) => Assert.Null(FrameReply.Read(Encoding.UTF8.GetBytes(bytes)));

    [Fact]
    public void A_name_that_is_not_known_yet_is_passed_over()
    {
        var read = FrameReply.Read("""{"later":{"a":[1]},"seq":1,"received":1,"stored":1,"exceptions":[],"more":null}"""u8)!;

        Assert.Equal((1UL, 1), (read.Sequence, read.Stored));
    }

    private static string Written(FrameReply reply)
    {
        var output = new ArrayBufferWriter<byte>();
        reply.Write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
