using System.Globalization;
using RideIngest.Records.Bookings;

namespace RideIngest.Unit.Records;

public sealed class InstantTests
{
    [Theory]
    [InlineData("1/1/2013 2:00", "2013-01-01T02:00:00Z")]
    [InlineData("12/31/2013 23:59:58", "2013-12-31T23:59:58Z")]
    [InlineData("01/02/2013 03:04", "2013-01-02T03:04:00Z")]
    [InlineData("2013-01-01T02:00:00Z", "2013-01-01T02:00:00Z")]
    [InlineData("2013-01-01t02:00z", "2013-01-01T02:00:00Z")]
    [InlineData("2013-01-01 02:00:00+05:30", "2012-12-31T20:30:00Z")]
    [InlineData("2013-01-01T02:00:00-0800", "2013-01-01T10:00:00Z")]
    [InlineData("2013-01-01T02:00:00+01", "2013-01-01T01:00:00Z")]
    [InlineData("2013-01-01T02:00:00.5Z", "2013-01-01T02:00:00.5Z")]
    [InlineData("2013-01-01T02:00:00.123456789Z", "2013-01-01T02:00:00.123456Z")]
    [InlineData("2012-02-29T00:00:00.000001Z", "2012-02-29T00:00:00.000001Z")]
    public void Both_forms_are_read_and_one_is_written(string given, string written)
    {
        var reading = GivenKinds.Bookings.Read(GivenKinds.BookingWith("booking_created", $"\"{given}\""));

        Assert.Empty(reading.Problems);
        var created = ((Booking)reading.Record!).BookingCreated;
        Assert.Equal(DateTimeOffset.Parse(written, CultureInfo.InvariantCulture), created);
        Assert.Equal(TimeSpan.Zero, created.Offset);
        Assert.Contains($"\"booking_created\":\"{written}\"", GivenKinds.Bookings.Json(reading.Record!), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("31/1/2013 2:00")]
    [InlineData("2/29/2013 2:00")]
    [InlineData("1/1/13 2:00")]
    [InlineData("1/1/2013")]
    [InlineData("1/1/2013 2")]
    [InlineData("1/1/2013 2:0")]
    [InlineData("1/1/2013 24:00")]
    [InlineData("1/1/2013 2:00 PM")]
    [InlineData("1/1/2013 2:00:60")]
    [InlineData("2013-01-01")]
    [InlineData("2013-01-01T02:00:00")]
    [InlineData("2013-01-01T2:00:00Z")]
    [InlineData("2013-13-01T02:00:00Z")]
    [InlineData("2013-01-01T02:00:00.Z")]
    [InlineData("2013-01-01T02:00:00.1234567890Z")]
    [InlineData("2013-01-01T02:00:00+1:00")]
    [InlineData("2013-01-01T02:00:00+01:")]
    [InlineData("2013-01-01T02:00:00+01:60")]
    [InlineData("0000-01-01T02:00:00Z")]
    [InlineData("0001-01-01T00:00:00+01:00")]
    [InlineData("9999-12-31T23:59:59-00:01")]
    [InlineData("1356998400")]
    [InlineData("/")]
    [InlineData("2013-")]
    public void Anything_else_is_refused(string given)
    {
        var problem = Assert.Single(GivenKinds.Bookings.Read(GivenKinds.BookingWith("booking_created", $"\"{given}\"")).Problems);

        Assert.Equal("booking_created", problem.Field);
        Assert.Contains($"'{given}'", problem.Message, StringComparison.Ordinal);
    }
}
