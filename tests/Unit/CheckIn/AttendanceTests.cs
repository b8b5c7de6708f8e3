using RideIngest.CheckIn.Events;
using RideIngest.CheckIn.Taps;

namespace RideIngest.Unit.CheckIn;

/// <summary>The rules of taps.</summary>
public sealed class AttendanceTests
{
    private static readonly AttendanceRules Rules = new(TimeSpan.FromSeconds(60), TimeSpan.FromHours(16));
    private static readonly DateTimeOffset Morning = new(2026, 11, 29, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_tap_checks_in_and_the_next_one_out_with_the_hours()
    {
        var checkedIn = Attendance.None.Decide(TapAt(0), Rules, isLive: true);
        var checkedOut = checkedIn.After.Decide(TapAt(7.5 * 60), Rules, isLive: true);

        Assert.Equal((TapAction.CheckedIn, RecordState.Open), (checkedIn.Outcome.Action, checkedIn.Changed!.State));
        Assert.Equal((TapAction.CheckedOut, 7.5), (checkedOut.Outcome.Action, checkedOut.Outcome.Hours));
        Assert.Equal((checkedIn.Outcome.RecordId, RecordState.Closed), (checkedOut.Changed!.Id, checkedOut.Changed.State));
        Assert.Null(checkedOut.After.InSince);
    }

    [Theory]
    [InlineData(0.5, true)]
    [InlineData(-0.5, true)]
    [InlineData(1, false)]
    public void A_tap_within_the_window_of_the_last_one_is_a_duplicate(double minutes, bool isDuplicate)
    {
        var first = Attendance.None.Decide(TapAt(0), Rules, isLive: false);
        var second = first.After.Decide(TapAt(minutes), Rules, isLive: false);

        Assert.Equal(isDuplicate ? TapEnd.Duplicate : TapEnd.Counted, second.Outcome.End);
        Assert.Equal(first.Outcome.RecordId, second.Outcome.RecordId);
    }

    [Fact]
    public void A_duplicate_does_not_extend_the_window()
    {
        var first = Attendance.None.Decide(TapAt(0), Rules, isLive: true);
        var second = first.After.Decide(TapAt(0.9), Rules, isLive: true);

        Assert.Equal(TapAction.CheckedOut, second.After.Decide(TapAt(1.1), Rules, isLive: true).Outcome.Action);
    }

    [Fact]
    public void A_tap_after_the_longest_shift_is_a_new_check_in_and_leaves_the_old_record_open_ended()
    {
        var first = Attendance.None.Decide(TapAt(0), Rules, isLive: true);
        var last = first.After.Decide(TapAt(16 * 60), Rules, isLive: true);
        var late = first.After.Decide(TapAt((16 * 60) + 1), Rules, isLive: true);

        Assert.Equal(TapAction.CheckedOut, last.Outcome.Action);
        Assert.Equal((TapAction.CheckedIn, RecordState.Open), (late.Outcome.Action, late.Changed!.State));
        Assert.Equal((first.Outcome.RecordId, RecordState.OpenEnded), (late.OpenEnded!.Id, late.OpenEnded.State));
        Assert.Null(late.OpenEnded.Hours);
    }

    [Fact]
    public void A_stored_tap_that_is_older_than_the_last_one_is_out_of_order_and_a_live_one_has_a_wrong_clock()
    {
        var first = Attendance.None.Decide(TapAt(0), Rules, isLive: true);

        Assert.Equal(TapEnd.OutOfOrder, first.After.Decide(TapAt(-5), Rules, isLive: false).Outcome.End);
        var live = first.After.Decide(TapAt(-5), Rules, isLive: true);
        Assert.Equal((TapAction.CheckedOut, 0.0, Morning), (live.Outcome.Action, live.Outcome.Hours, live.Outcome.At));
    }

    [Fact]
    public void Without_a_window_every_tap_counts()
    {
        var rules = Rules with { DuplicateWindow = TimeSpan.Zero };
        var stands = Attendance.None;
        var actions = new List<TapAction>();
        for (var i = 0; i < 4; i++)
        {
            var decision = stands.Decide(TapAt(0), rules, isLive: false);
            actions.Add(decision.Outcome.Action);
            stands = decision.After;
        }

        Assert.Equal([TapAction.CheckedIn, TapAction.CheckedOut, TapAction.CheckedIn, TapAction.CheckedOut], actions);
    }

    private static Tap TapAt(double minutes)
    {
        var at = Morning.AddMinutes(minutes);
        return new() { Id = Guid.CreateVersion7(at).ToString(), EmployeeId = "EMP001", At = at };
    }
}
