using System.Globalization;
using RideIngest.Integration.Systems;

namespace RideIngest.Integration.CheckIn;

/// <summary>What can be read, and what an operator settles.</summary>
public sealed class AttendanceReadTests
{
    private const string AnyTap = "--checkin:duplicate_window=0s";

    [Fact]
    public async Task An_employee_is_read_with_the_last_records_and_lists_have_pages()
    {
        await using var checkIn = await CheckInRig.StartAsync(AnyTap);
        for (var i = 0; i < 5; i++)
            await checkIn.TappedAsync("EMP001");
        await checkIn.TappedAsync("EMP002");

        var employee = (await checkIn.System.GetAsync("/checkin/employees/EMP001")).Json;
        var first = (await checkIn.System.GetAsync("/checkin/records?employee_id=EMP001&limit=2")).Json;
        var second = (await checkIn.System.GetAsync($"/checkin/records?employee_id=EMP001&limit=2&after={first["next"]}")).Json;

        Assert.Equal(("in", 3), ((string)employee["state"]!, employee["records"]!.AsArray().Count));
        Assert.Equal((2, 1), (first["items"]!.AsArray().Count, second["items"]!.AsArray().Count));
        Assert.Equal("open", (string)first["items"]![0]!["state"]!);
        Assert.Null(second["next"]);
        Assert.Equal(404, (await checkIn.System.GetAsync("/checkin/employees/EMP003")).Status);
        Assert.Equal(400, (await checkIn.System.GetAsync("/checkin/records?employee=EMP001")).Status);
        Assert.Equal(404, (await checkIn.System.GetAsync("/checkin/receipts/nothing")).Status);
    }

    [Fact]
    public async Task A_forgotten_check_out_is_open_ended_until_an_operator_closes_it()
    {
        await using var checkIn = await CheckInRig.StartAsync(AnyTap, "--checkin:longest_shift=1s");
        await checkIn.TappedAsync("EMP001");
        await checkIn.System.Database.ExecuteAsync(
            """
            update checkin.records set checked_in_at = checked_in_at - interval '20 h';
            update checkin.employees set in_since = in_since - interval '20 h', at = at - interval '20 h'
            """);

        var late = await checkIn.TappedAsync("EMP001");
        var ended = (await checkIn.System.GetAsync("/checkin/records?state=open_ended")).Json["items"]!.AsArray().Single()!;
        var path = $"/checkin/records/{ended["id"]}/close";
        var start = DateTimeOffset.Parse((string)ended["checked_in_at"]!, CultureInfo.InvariantCulture);
        var early = await checkIn.System.PostAsync(path, $$"""{"at":"{{start.AddHours(-1):O}}"}""");
        var future = await checkIn.System.PostAsync(path, $$"""{"at":"{{start.AddHours(40):O}}"}""");
        var closed = await checkIn.System.PostAsync(path, $$"""{"at":"{{start.AddHours(7.5):O}}"}""");
        var again = await checkIn.System.PostAsync(path, $$"""{"at":"{{start.AddHours(8):O}}"}""");

        Assert.Equal("checked_in", (string)late["action"]!);
        Assert.Equal((422, 422, 409), (early.Status, future.Status, again.Status));
        Assert.Equal((200, "closed", 7.5), (closed.Status, (string)closed.Json["state"]!, (double)closed.Json["hours_worked"]!));
        await checkIn.SettledAsync();
        Assert.Equal(7.5, Assert.Single(checkIn.Legacy.Effects("EMP001")).HoursWorked);
    }
}
