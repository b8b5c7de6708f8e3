using RideIngest.Parking.Summary;

namespace RideIngest.Unit.Parking;

public sealed class SummaryLineTests
{
    private static readonly DateTimeOffset Entry = new(2026, 11, 29, 9, 30, 0, TimeSpan.FromHours(1.5));
    private static readonly DateTimeOffset Exit = new(2026, 11, 29, 9, 2, 3, 500, TimeSpan.Zero);

    [Fact]
    public void A_visits_line_has_its_id_and_version() => Assert.Equal(
        "KA01AB1234,2026-11-29T08:00:00Z,2026-11-29T09:02:03.5Z,1h2m3.5s,x1,2\n",
        SummaryLine.Of(new VehicleSummary
        {
            Id = "x1",
            Version = 2,
            VehiclePlate = "KA01AB1234",
            EntryDateTime = Entry,
            ExitDateTime = Exit,
            Duration = "1h2m3.5s",
        }).Text);

    [Fact]
    public void A_withdrawn_visit_has_no_entry_and_no_duration() => Assert.Equal(
        "KA01AB1234,,2026-11-29T09:02:03.5Z,,x1,3\n",
        SummaryLine.Of(new VehicleSummary { Id = "x1", Version = 3, VehiclePlate = "KA01AB1234", ExitDateTime = Exit }).Text);

    [Fact]
    public void A_field_is_quoted_where_CSV_needs_it() => Assert.Equal(
        "KA01AB1234,2026-11-29T08:00:00Z,2026-11-29T09:02:03.5Z,\"1 day, 1:02:03 \"\"long\"\"\",,\n",
        SummaryLine.Of(new PostedSummary("KA01AB1234", Entry, Exit, "1 day, 1:02:03 \"long\""), null).Text);

    [Theory]
    [InlineData("KA01,,2026-11-29T09:02:03Z,,x1,3", "v:x1:3")]
    [InlineData("KA01,2026-11-29T08:00:00Z,2026-11-29T09:02:03Z,\"1 day, 1:02:03\",a:b,12", "v:a:b:12")]
    [InlineData("KA01,2026-11-29T08:00:00Z,2026-11-29T09:02:03Z,\"1 day, 1:02:03\",,", null)]
    [InlineData("not,", null)]
    [InlineData("", null)]
    public void The_key_of_a_line_is_read_from_its_last_columns(string line, string? key) => Assert.Equal(key, SummaryLine.KeyOf(line));

    [Fact]
    public void Keys_of_senders_and_visits_are_apart()
    {
        string[] keys =
        [
            SummaryLine.VisitKey("x1", "1"), SummaryLine.ClientKey(null, "v:x1:1"), SummaryLine.ClientKey("", "x"),
            SummaryLine.ClientKey("a", "b:c"), SummaryLine.ClientKey("a:b", "c"),
        ];

        Assert.Equal(keys.Length, keys.Distinct().Count());
    }
}
