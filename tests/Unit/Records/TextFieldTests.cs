namespace RideIngest.Unit.Records;

public sealed class TextFieldTests
{
    [Theory]
    [InlineData("body")]
    [InlineData("Text")]
    [InlineData("MESSAGE_BODY")]
    [InlineData("b\\u006fdy")]
    public void A_field_is_found_by_each_of_its_names(string name) =>
        Assert.Equal("hello", ((Note)GivenKinds.Notes.Read($$"""{"{{name}}":"hello","id":1}""").Record!).Body);

    [Fact]
    public void The_same_field_by_two_of_its_names_is_given_twice() =>
        Assert.Equal("body is given twice", Assert.Single(GivenKinds.Notes.Read("""{"id":1,"body":"a","text":"a"}""").Problems).ToString());

    [Theory]
    [InlineData("\"a\\u0000b\"", "U+0000")]
    [InlineData("\"\\ud800\"", "half of a character")]
    [InlineData("\"\"", "is required")]
    [InlineData("\"NULL\"", "is required")]
    [InlineData("12", "must be text")]
    [InlineData("true", "must be text")]
    public void Text_that_cannot_be_kept_is_refused(string json, string why) =>
        Assert.Contains(
            why, Assert.Single(GivenKinds.Notes.Read($$"""{"id":1,"body":{{json}}}""").Problems).Message, StringComparison.Ordinal);

    [Fact]
    public void Overlong_UTF8_is_refused()
    {
        byte[] json = [.. "{\"id\":1,\"body\":\"a"u8, 0xC1, 0xA1, .. "\"}"u8];

        Assert.Equal("body must be valid UTF-8", Assert.Single(GivenKinds.Notes.Read(json).Problems).ToString());
    }

    [Fact]
    public void Text_is_measured_in_characters_and_not_in_bytes()
    {
        Assert.True(GivenKinds.Notes.Read($$"""{"id":1,"body":"{{new string('é', 200)}}"}""").IsValid);
        Assert.False(GivenKinds.Notes.Read($$"""{"id":1,"body":"{{new string('e', 201)}}"}""").IsValid);
        Assert.False(GivenKinds.Notes.Read($$"""{"id":1,"body":"{{new string('e', 100_000)}}"}""").IsValid);
    }
}
