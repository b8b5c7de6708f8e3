using RideIngest.Storage.DeadLetters;

namespace RideIngest.Unit.Storage;

public sealed class FingerprintTests
{
    [Theory]
    [InlineData("another record with the id 7 is stored", "another record with the id 31415 is stored")]
    [InlineData("user_id is \"a\", not a number", "user_id is \"bcd 5\", not a number")]
    [InlineData("the name 'it' is taken", "the name 'x, y' is taken")]
    [InlineData("no rate `EUR`", "no rate `USD`")]
    [InlineData("fare -0.5 is below 1", "fare 12.25 is below 1")]
    [InlineData("127.0.0.1:5432 refuses at 2026-11-29T10:00:00.5+01:00", "10.0.0.12:6 refuses at 2027-01-01T00:00:00Z")]
    [InlineData("event 0af76519-16cd-43dd-8448-eb211c80319c is late", "event b7ad6b71-0000-43dd-8448-eb211c80319c is late")]
    public void Failures_that_differ_in_numbers_and_quoted_values_are_equal(string one, string other) =>
        Assert.Equal(Of(message: one), Of(message: other));

    [Theory]
    [InlineData("from_lat is required", "from_lon is required")]
    [InlineData("it's late and that's wrong", "it's late and what's wrong")]
    [InlineData("one \" quote", "another \" quote")]
    public void Failures_that_differ_in_words_are_not(string one, string other) => Assert.NotEqual(Of(message: one), Of(message: other));

    [Fact]
    public void Failures_of_another_system_stage_kind_or_code_are_not_equal()
    {
        string[] all = [Of(), Of(system: "casino"), Of(stage: "count"), Of(kind: "rides"), Of(code: "23514")];

        Assert.Equal(all.Length, all.Distinct().Count());
    }

    // A change of the rule would part the letters that are kept from those to come.
    [Fact]
    public void A_fingerprint_stays_as_it_is() => Assert.Equal("ca11fbcc341d1c4a", Of(message: "id 7 is \"taken\""));

    [Fact]
    public void A_message_of_any_length_has_one()
    {
        var start = new string('a', 1000);

        Assert.Equal(Of(message: start + "b"), Of(message: start + new string('\'', 1_000_000)));
    }

    private static string Of(
        string system = "rides", string stage = "store", string kind = "bookings", string code = "conflict", string message = "no") =>
        Fingerprint.Of(system, stage, kind, code, message);
}
