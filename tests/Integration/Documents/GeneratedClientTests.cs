using RideIngest.Integration.Systems;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Documents;

/// <summary>A client that NSwag generates from the document, against the system that serves it.</summary>
public sealed class GeneratedClientTests(DocumentedSystem system) : IClassFixture<DocumentedSystem>, IAsyncLifetime
{
    private const long BeyondInt32 = 9_000_000_000;

    private GeneratedClient _generated = null!;
    private dynamic _api = null!;

    public async Task InitializeAsync()
    {
        _generated = await system.GeneratedAsync();
        _api = _generated.Over(system.Client);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public void Methods_are_called_by_what_they_do() => Assert.Equal(
        [
            "PutBookingAsync", "UploadBookingsAsync", "GetBookingAsync", "SaveBookingDetailAsync",
            "PutRideAsync", "UploadRidesAsync", "GetRideAsync", "GetReceiptAsync", "ListFailuresAsync",
            "PublishCasinoEventsAsync", "GetCasinoFiguresAsync",
            "PublishParkingEntriesAsync", "ListParkingEntriesAsync", "PublishParkingExitsAsync", "ListParkingExitsAsync",
            "RecordVehicleSummaryAsync", "RecordVehicleSummariesAsync", "ListVehiclesInsideAsync", "ListParkingVisitsAsync",
            "GetParkingVisitAsync", "GetParkingStatisticsAsync", "SettleParkingExitAsync", "ListParkingInvoicesAsync",
            "GetParkingInvoiceAsync", "PutParkingOwnerAsync", "GetParkingOwnerAsync", "DeleteParkingOwnerAsync",
            "CheckInAsync", "GetEmployeeAsync", "ListAttendanceRecordsAsync", "GetTapReceiptAsync", "GetCheckInOutboxAsync",
            "CloseAttendanceRecordAsync",
            "AddParkRideAsync", "ListParkRidesAsync", "ChangeParkRideAsync", "GetParkRideAsync", "SetParkRideStatusAsync",
            "ReportParkDepartureAsync", "EnterParkAsync", "LeaveParkAsync", "GetParkCustomerAsync", "JoinParkQueueAsync",
            "LeaveParkQueueAsync", "ListParkRideEventsAsync", "ListParkCustomerEventsAsync", "WatchParkRidesAsync",
            "OldParkListRidesAsync", "OldParkListCustomersAsync", "OldParkAddRideAsync", "OldParkEnterAsync", "OldParkLeaveAsync",
            "OldParkJoinQueueAsync", "OldParkLeaveQueueAsync",
            "ListDeadLettersAsync", "GroupDeadLettersAsync", "GetDeadLetterAsync", "ReplayDeadLetterAsync", "DiscardDeadLetterAsync",
            "RestoreDeadLetterAsync", "ReplayDeadLettersAsync", "GetReplayAsync", "DiscardDeadLettersAsync", "ListDeadLetterActionsAsync",
            "ListProblemTypesAsync", "GetProblemTypeAsync",
        ],
        _generated.Methods);

    [Fact]
    public async Task A_record_is_stored_a_duplicate_and_a_conflict()
    {
        var id = BeyondInt32 + Given.NewId();
        var booking = _generated.Make("Booking", Given.Booking(id));

        var stored = await _api.PutBookingAsync(null, booking);
        var duplicate = await _api.PutBookingAsync(null, booking);
        booking.User_id = 5L;
        var conflict = await FailureAsync((Func<Task>)(() => _api.PutBookingAsync(null, booking)));
        var read = await _api.GetBookingAsync(id);

        Assert.Equal((id, "Stored"), ((long)stored.Id, (string)stored.Status.ToString()));
        Assert.Equal((id, "Duplicate"), ((long)duplicate.Id, (string)duplicate.Status.ToString()));
        Assert.Equal((409, "/problems/conflict"), ((int)conflict.StatusCode, (string)conflict.Result.Type));
        Assert.Equal((id, false), ((long)conflict.Result.Id, (bool)conflict.Result.Retryable));
        Assert.Equal(22177, (long)read.User_id);
        Assert.Equal(new DateTimeOffset(2013, 1, 1, 2, 0, 0, TimeSpan.Zero), (DateTimeOffset)read.From_date);
        AssertDocumented(stored, duplicate, conflict.Result, read);
    }

    [Fact]
    public async Task An_upload_answers_for_each_record()
    {
        var id = BeyondInt32 + Given.NewId();
        string[] rides = [Given.Ride(id), Given.Ride(id + 1_000_000)];

        var first = await _api.UploadRidesAsync(_generated.Choice("UploadResults", "All"), null, _generated.MakeMany("Ride", rides));
        var other = rides[1].Replace("4711", "4712", StringComparison.Ordinal);
        var again = await _api.UploadRidesAsync(null, null, _generated.MakeMany("Ride", rides[0], other));

        Assert.Equal((2L, 2L), ((long)first.Received, (long)first.Stored));
        Assert.Equal((1L, 1L), ((long)again.Duplicate, (long)again.Failed));
        Assert.Equal("Conflict", (string)Enumerable.Single<dynamic>(again.Results).Status.ToString());
        AssertDocumented(first, again, Enumerable.First<dynamic>(first.Results), Enumerable.First<dynamic>(again.Results));
    }

    [Fact]
    public async Task A_receipt_is_followed_to_its_end()
    {
        var id = BeyondInt32 + Given.NewId();

        var accepted = await _api.PutRideAsync("respond-async", _generated.Make("Ride", Given.Ride(id)));
        var settled = await _api.GetReceiptAsync(accepted.Receipt, "30s");

        Assert.Equal("Accepted", (string)accepted.Status.ToString());
        Assert.Equal((id, "rides", "Stored"), ((long)settled.Id, (string)settled.Kind, (string)settled.Status.ToString()));
        AssertDocumented(accepted, settled);
    }

    [Fact]
    public async Task Casino_events_are_published_and_their_figures_read()
    {
        var id = BeyondInt32 + Given.NewId();
        var good = $$"""{"id":{{id}},"player_id":11,"type":"deposit","amount":1000,"currency":"EUR","created_at":"2022-02-02T23:46:00Z"}""";
        var bad = $$"""{"id":{{id + 1_000_000}},"player_id":11,"type":"bet","created_at":"2022-02-02T23:46:00Z"}""";

        var all = await _api.PublishCasinoEventsAsync(_generated.MakeMany("CasinoEvent", good));
        var some = await _api.PublishCasinoEventsAsync(_generated.MakeMany("CasinoEvent", good, bad));
        await Eventually.True(async () => (long)(await _api.GetCasinoFiguresAsync()).Events_total == 1);
        var figures = await _api.GetCasinoFiguresAsync();

        Assert.Equal((1L, 2L, 1L), ((long)all.Published, (long)some.Received, (long)some.Published));
        Assert.Equal(id + 1_000_000, (long)Enumerable.Single<dynamic>(some.Problems).Id);
        Assert.Equal((11L, 1000d), ((long)figures.Top_player_deposits.Id, (double)figures.Top_player_deposits.Count));
        Assert.Null(figures.Top_player_bets);
        AssertDocumented(all, some, figures, Enumerable.Single<dynamic>(some.Problems));
    }

    [Fact]
    public async Task A_visits_summary_is_recorded()
    {
        var posted = _generated.Make("PostedSummary",
            """{"vehicle_plate":"A1","entry_date_time":"2026-11-29T08:00:00Z","exit_date_time":"2026-11-29T09:00:00Z","duration":"1h0m0s"}""");
        var good = """{"id":"x1","version":1,"vehicle_plate":"A1","exit_date_time":"2026-11-29T09:00:00Z"}""";
        var bad = """{"id":"x2","version":0,"vehicle_plate":"A1","exit_date_time":"2026-11-29T09:00:00Z"}""";

        var one = await _api.RecordVehicleSummaryAsync("key-1", posted);
        var all = await _api.RecordVehicleSummariesAsync(_generated.MakeMany("VehicleSummary", good));
        var some = await _api.RecordVehicleSummariesAsync(_generated.MakeMany("VehicleSummary", good, bad));

        Assert.Equal("Vehicle summary recorded successfully", (string)one.Detail);
        Assert.Equal(1L, (long)Enumerable.Single<dynamic>(some.Problems).Index);
        AssertDocumented(one, all, some, Enumerable.Single<dynamic>(some.Problems));
    }

    [Fact]
    public async Task A_refused_record_is_found_and_the_404_of_its_id_says_why()
    {
        var id = BeyondInt32 + Given.NewId();
        var invalid = _generated.Make("Booking", Given.Booking(id));
        invalid.Travel_type_id = 99;
        Assert.Equal(422, (int)(await FailureAsync((Func<Task>)(() => _api.PutBookingAsync(null, invalid)))).StatusCode);

        dynamic? page = null;
        await Eventually.True(async () =>
            (page = await _api.ListFailuresAsync("bookings", $"{id}", "2013-01-31T18:05:00Z", null, 10)).Items.Count == 1);
        var failure = Enumerable.Single<dynamic>(page!.Items);
        var missing = await FailureAsync((Func<Task>)(() => _api.GetBookingAsync(id)));

        Assert.Equal(("validation", $"{id}"), ((string)failure.Code, (string)failure.Id));
        Assert.Equal((string)failure.Reason, (string)missing.Result.Last_failure.Reason);
        AssertDocumented(page, failure, missing.Result, missing.Result.Last_failure);
    }

    [Fact]
    public async Task A_problem_type_says_what_it_means()
    {
        var failure = await FailureAsync((Func<Task>)(() => _api.GetReceiptAsync("never-given", null)));
        var type = await _api.GetProblemTypeAsync(((string)failure.Result.Type)["/problems/".Length..]);

        Assert.Equal((404, false), ((int)type.Status, (bool)type.Retryable));
        Assert.NotEmpty((string)type.Action);
        AssertDocumented(failure.Result, type);
    }

    /// <summary>Nothing came that the document lacks.</summary>
    private static void AssertDocumented(params object[] bodies) =>
        Assert.All(bodies, body => Assert.Empty((IDictionary<string, object>)((dynamic)body).AdditionalProperties));

    private static async Task<dynamic> FailureAsync(Func<Task> call) => await Assert.ThrowsAnyAsync<Exception>(call);
}
