using RideIngest.Storage.Outbox;

namespace RideIngest.Unit.Storage;

/// <summary>From which number the relay reads on.</summary>
public sealed class ReadMarkTests
{
    [Fact]
    public void It_follows_a_page_when_all_transactions_have_ended_that_had_begun_by_then()
    {
        var mark = new ReadMark();

        mark.Passed(Page(last: 10, endedBefore: 100), begunBefore: 105);
        mark.Passed(Page(last: 20, endedBefore: 104), begunBefore: 107);
        Assert.Equal(0, mark.Number);
        mark.Passed(Page(last: 30, endedBefore: 105), begunBefore: 108);
        Assert.Equal(10, mark.Number);
        mark.Passed(Page(last: 40, endedBefore: 108), begunBefore: 109);
        Assert.Equal(30, mark.Number);
        mark.Clear();
        Assert.Equal(0, mark.Number);
    }

    [Fact]
    public void It_does_not_pass_a_late_event_that_the_page_did_not_reach()
    {
        var mark = new ReadMark();

        mark.Passed(Page(last: 100, endedBefore: 5), begunBefore: 6);
        mark.Passed(Page(last: 40, endedBefore: 6), begunBefore: 7);

        Assert.Equal(40, mark.Number);
    }

    private static WaitingPage Page(long last, long endedBefore) =>
        new([new WaitingEvent(last, default, new() { Subject = "s", Key = "k", Id = "1", Payload = default })], endedBefore);
}
