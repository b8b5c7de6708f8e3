using System.Text;
using RideIngest.Records.Bookings;

namespace RideIngest.Unit.Records;

public sealed class BookingReadingTests
{
    [Fact]
    public void The_exports_spelling_reads_as_the_same_booking()
    {
        var reading = GivenKinds.Bookings.Read(GivenKinds.ExportJson);

        Assert.Empty(reading.Problems);
        Assert.Equal(GivenKinds.Bookings.Sample, reading.Record);
        Assert.Equal(GivenKinds.Bookings.Digest(GivenKinds.Bookings.Sample), GivenKinds.Bookings.Digest(reading.Record!));
    }

    [Fact]
    public void Everything_wrong_with_a_booking_is_said_at_once_with_its_id()
    {
        var reading = GivenKinds.Bookings.Read(
            """{"travel_type_id":4,"id":77,"user_id":"x","from_lat":90.5,"from_date":"13/1/2013 2:00","to_date":5,"online_booking":2}""");

        Assert.Null(reading.Record);
        Assert.Equal(77, reading.Id);
        Assert.Equal(
            ["travel_type_id", "user_id", "from_lat", "from_date", "to_date", "online_booking", "vehicle_model_id", "mobile_site_booking", "booking_created", "car_cancellation"],
            reading.Problems.Select(p => p.Field));
        Assert.Equal("must be a whole number from 1 to 3, not '4'", reading.Problems[0].Message);
        Assert.Equal("is required", reading.Problems[^1].Message);
    }

    [Theory]
    [InlineData("id", "0", "id")]
    [InlineData("id", "-1", "id")]
    [InlineData("id", "9223372036854775808", "id")]
    [InlineData("id", "99999999999999999999999999999999999999999999999999", "id")]
    [InlineData("user_id", "1.5", "user_id")]
    [InlineData("user_id", "[1]", "user_id")]
    [InlineData("user_id", "{\"a\":[1,{}]}", "user_id")]
    [InlineData("user_id", "true", "user_id")]
    [InlineData("user_id", "null", "user_id")]
    [InlineData("user_id", "\"\\ud800\"", "user_id")]
    [InlineData("user_id", "12.000000000000000000000000000000000001", "user_id")]
    [InlineData("user_id", "1e-30", "user_id")]
    [InlineData("vehicle_model_id", "2147483648", "vehicle_model_id")]
    [InlineData("from_lat", "1e400", "from_lat")]
    [InlineData("from_lat", "\"NaN\"", "from_lat")]
    [InlineData("from_lat", "\"Infinity\"", "from_lat")]
    [InlineData("to_long", "-180.0001", "to_long")]
    [InlineData("from_date", "\"2013-01-01T02:00:00\"", "from_date")]
    [InlineData("from_date", "\"2013-02-29T02:00:00Z\"", "from_date")]
    [InlineData("to_date", "\"2013-01-01T01:59:59Z\"", "to_date")]
    [InlineData("online_booking", "\"yes\"", "online_booking")]
    public void A_value_that_is_no_good_is_the_fields_problem(string name, string json, string field)
    {
        var reading = GivenKinds.Bookings.Read(GivenKinds.BookingWith(name, json));

        Assert.Null(reading.Record);
        Assert.Equal([field], reading.Problems.Select(p => p.Field));
    }

    [Theory]
    [InlineData("12.0", 12)]
    [InlineData("1.2e1", 12)]
    [InlineData("\"12\"", 12)]
    [InlineData("\" 12 \"", 12)]
    [InlineData("\"\\u0031\\u0032\"", 12)]
    [InlineData("-5", -5)]
    [InlineData("0e-30", 0)]
    public void A_whole_number_may_be_written_in_many_ways(string json, long userId)
    {
        var reading = GivenKinds.Bookings.Read(GivenKinds.BookingWith("user_id", json));

        Assert.Empty(reading.Problems);
        Assert.Equal(userId, ((Booking)reading.Record!).UserId);
    }

    [Theory]
    [InlineData("userId", "user_id")]
    [InlineData("USER-ID", "user_id")]
    [InlineData("user", "user_id")]
    [InlineData("usr_id", "user_id")]
    [InlineData("user_di", "user_id")]
    public void A_misspelled_field_is_a_problem_if_the_field_is_missing(string given, string meant)
    {
        var json = GivenKinds.Bookings.Json(GivenKinds.Bookings.Sample).Replace($"\"{meant}\"", $"\"{given}\"", StringComparison.Ordinal);

        var problem = Assert.Single(GivenKinds.Bookings.Read(json).Problems);

        Assert.Equal(meant, problem.Field);
        Assert.Contains($"'{given}'", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_misspelled_optional_field_is_a_problem_too()
    {
        var problem = Assert.Single(GivenKinds.Bookings.Read(GivenKinds.BookingWith("packageId", "5")).Problems);

        Assert.Equal("package_id", problem.Field);
    }

    [Theory]
    [InlineData("comment", "\"hello\"")]
    [InlineData("user", "{\"name\":\"Ada\",\"id\":[1,2,{\"x\":null}]}")]
    [InlineData("\\ud800", "1")]
    public void Other_names_are_passed_over(string name, string json) =>
        Assert.Empty(GivenKinds.Bookings.Read(GivenKinds.BookingWith(name, json)).Problems);

    [Fact]
    public void A_field_given_twice_is_a_problem_whatever_the_case()
    {
        var problem = Assert.Single(GivenKinds.Bookings.Read(GivenKinds.BookingWith("USER_ID", "22177")).Problems);

        Assert.Equal("user_id is given twice", problem.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("  \n")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"id\":1")]
    [InlineData("{\"id\":1}}")]
    [InlineData("{\"id\":1} {}")]
    [InlineData("{\"id\":NaN}")]
    [InlineData("{'id':1}")]
    [InlineData("\0")]
    public void What_is_not_one_JSON_object_is_a_problem_of_the_whole(string json) =>
        Assert.Contains(GivenKinds.Bookings.Read(json).Problems, p => p.Field.Length == 0);

    [Theory]
    [InlineData("{\"id\":1,}", "is not valid JSON at its byte 9: The JSON object contains a trailing comma at the end")]
    [InlineData("{\"id\":1,\n\"x\":y}", "is not valid JSON at its line 2, byte 5: 'y' is an invalid start of a value")]
    [InlineData("{\0\"\0i\0d\0", "is in UTF-16; UTF-8 is expected")]
    public void Malformed_JSON_is_told_in_words_for_its_sender(string json, string message) =>
        Assert.Equal(message, Assert.Single(GivenKinds.Bookings.Read(json).Problems).Message);

    [Fact]
    public void A_gzip_is_named_as_what_it_is() =>
        Assert.Equal(
            "is compressed with gzip; plain UTF-8 is expected",
            Assert.Single(GivenKinds.Bookings.Read([0x1F, 0x8B, 8, 0]).Problems).Message);

    [Theory]
    [InlineData("x\u202eevil\u2028\u0007", "'x\uFFFDevil\uFFFD\uFFFD'")]
    [InlineData(
        "0123456789012345678901234567890123456789012345678901234567\U0001F600",
        "'0123456789012345678901234567890123456789012345678901234567…'")]
    public void What_was_given_is_shown_in_whole_printable_characters(string given, string shown) =>
        Assert.EndsWith(
            $"not {shown}",
            Assert.Single(
                GivenKinds.Bookings.Read(
                    GivenKinds.BookingWith("user_id", $"\"{given}\"".Replace("\u0007", "\\u0007", StringComparison.Ordinal))).Problems).Message,
                    StringComparison.Ordinal);

    [Fact]
    public void The_id_is_known_even_if_the_JSON_breaks_after_it() =>
        Assert.Equal(132512, GivenKinds.Bookings.Read("""{"id":132512,"user_id":}""").Id);

    [Fact]
    public void Deep_nesting_is_refused()
    {
        var bomb = GivenKinds.BookingWith("x", new string('[', 100_000));

        Assert.Contains(GivenKinds.Bookings.Read(bomb).Problems, p => p.Field.Length == 0);
    }

    [Fact]
    public void A_byte_order_mark_is_passed_over() => Assert.True(GivenKinds.Bookings.Read("\uFEFF" + GivenKinds.ExportJson).IsValid);

    [Fact]
    public void Bytes_that_are_not_UTF8_do_not_throw()
    {
        foreach (var bytes in new byte[][] { [0xC0, 0x80], [0xFF], [0xED, 0xA0, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80] })
        {
            byte[] name = [.. "{\"id\":1,\""u8, .. bytes, .. "\":1}"u8];
            byte[] value = [.. "{\"id\":1,\"from_date\":\""u8, .. bytes, .. "\"}"u8];
            Assert.Equal(1, GivenKinds.Bookings.Read(name).Id);
            Assert.Equal(1, GivenKinds.Bookings.Read(value).Id);
        }
    }

    [Fact]
    public void Any_mutation_of_a_booking_is_read_without_an_exception()
    {
        var random = new Random(20130101);
        var original = Encoding.UTF8.GetBytes(GivenKinds.ExportJson);
        for (var round = 0; round < 20_000; round++)
        {
            var mutant = (byte[])original.Clone();
            for (var change = random.Next(1, 4); change > 0; change--)
                mutant[random.Next(mutant.Length)] = (byte)random.Next(256);
            var reading = GivenKinds.Bookings.Read(mutant.AsSpan(0, random.Next(4) == 0 ? random.Next(mutant.Length) : mutant.Length));
            Assert.Equal(reading.IsValid, reading.Problems.Count == 0);
        }
    }
}
