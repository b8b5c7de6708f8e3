using System.Globalization;
using System.Text.Json.Nodes;
using RideIngest.Records.Rides;

namespace RideIngest.Unit.Records;

public sealed class NumberTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(7, "7")]
    [InlineData(12.5, "12.5")]
    [InlineData(0.000001, "0.000001")]
    [InlineData(0.0000001, "1E-07")]
    [InlineData(0.1 + 0.2, "0.30000000000000004")]
    [InlineData(1_000_000_000, "1000000000")]
    [InlineData(999_999_999.999999, "999999999.999999")]
    [InlineData(1_000_000_000.000001, "1000000000.000001")]
    [InlineData(1e300, "1E+300")]
    public void A_number_is_written_as_the_shortest_text_that_means_it(double number, string text) => Assert.Equal(text, Written(number));

    [Fact]
    public void What_is_written_is_read_as_the_same_number()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var decimals = (decimal)random.NextInt64(1_000_000_000) / (decimal)Math.Pow(10, random.Next(10));
            var number = i % 2 == 0 ? (double)decimals : random.NextDouble() * Math.Pow(10, random.Next(-12, 16));

            var text = Written(number);

            Assert.Equal(number, double.Parse(text, CultureInfo.InvariantCulture));
            Assert.Equal(decimal.Parse(number.ToString(CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture),
                decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture));
        }
    }

    [Theory]
    [InlineData(-12.97)]
    [InlineData(-0.000001)]
    [InlineData(-90)]
    public void So_is_a_negative_one(double latitude)
    {
        var ride = (Ride)GivenKinds.Rides.Sample with { FromLat = latitude };

        var json = GivenKinds.Rides.Json(ride);

        Assert.Equal(ride, GivenKinds.Rides.Read(json).Record);
        Assert.Contains($"\"from_lat\":{latitude.ToString("0.######", CultureInfo.InvariantCulture)},", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_its_length_a_number_is_read_as_the_nearest_double()
    {
        var random = new Random(2);
        for (var i = 0; i < 20_000; i++)
        {
            var digits = string.Concat(Enumerable.Range(0, random.Next(1, 20)).Select(_ => random.Next(10)));
            var point = random.Next(digits.Length);
            var text = point == 0 ? digits.TrimStart('0') + "0" : $"{digits[..point].TrimStart('0').PadLeft(1, '0')}.{digits[point..]}";

            Assert.Equal(double.Parse(text, CultureInfo.InvariantCulture), Read(text));
        }
    }

    [Theory]
    [InlineData("0.1", 0.1)]
    [InlineData("123456789012345", 123456789012345)]
    [InlineData("1234567890123456789", 1234567890123456789)]
    [InlineData("0.00000000000001", 1e-14)]
    [InlineData("0.000000000000001", 1e-15)]
    [InlineData("99999999999999.9", 99999999999999.9)]
    [InlineData("1234567890123456789012345678901234567890.5", 1234567890123456789012345678901234567890.5)]
    [InlineData("1.5e3", 1500)]
    public void As_is_one_at_the_edge_of_what_is_read_the_short_way(string text, double number) => Assert.Equal(number, Read(text));

    [Theory]
    [InlineData("-0")]
    [InlineData("-0.0")]
    public void Minus_nothing_is_nothing(string text)
    {
        var ride = GivenKinds.Rides.Json((Ride)GivenKinds.Rides.Sample with { FromLat = 12.5 });

        var read = (Ride)GivenKinds.Rides.Read(ride.Replace("12.5", text, StringComparison.Ordinal)).Record!;

        Assert.Equal(0L, BitConverter.DoubleToInt64Bits(read.FromLat));
    }

    private static double? Read(string text)
    {
        var ride = GivenKinds.Rides.Json((Ride)GivenKinds.Rides.Sample with { DistanceKm = 1234.5 });
        return ((Ride)GivenKinds.Rides.Read(ride.Replace("1234.5", text, StringComparison.Ordinal)).Record!).DistanceKm;
    }

    private static string Written(double number) =>
        JsonNode.Parse(GivenKinds.Rides.Json((Ride)GivenKinds.Rides.Sample with { DistanceKm = number }))!["distance_km"]!.ToJsonString();
}
