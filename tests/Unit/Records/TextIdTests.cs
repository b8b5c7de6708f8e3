using System.Text;
using RideIngest.Records.Fields;
using RideIngest.Records.Kinds;

namespace RideIngest.Unit.Records;

/// <summary>Ids that are text, of events.</summary>
public sealed class TextIdTests
{
    private static readonly Kind Tags = new TagKind();

    [Theory]
    [InlineData("\"A-7.b_2:9\"", "A-7.b_2:9")]
    [InlineData("7", "7")]
    [InlineData("-12", "-12")]
    [InlineData("\"007\"", "007")]
    public void An_id_is_text_or_an_integer_which_is_its_decimal_form(string json, string id)
    {
        var reading = Tags.Read(Encoding.UTF8.GetBytes($$"""{"id":{{json}}}"""));

        Assert.Empty(reading.Problems);
        Assert.Equal(id, Assert.IsType<Tag>(reading.Record).Id);
        Assert.Equal(id, reading.Id.Text);
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("true")]
    [InlineData("\"\"")]
    [InlineData("\"a b\"")]
    [InlineData("\"é\"")]
    [InlineData("\"a\\n\"")]
    [InlineData("null")]
    [InlineData("[1]")]
    public void Anything_else_is_no_id(string json) =>
        Assert.Equal("id", Assert.Single(Tags.Read(Encoding.UTF8.GetBytes($$"""{"id":{{json}}}""")).Problems).Field);

    [Fact]
    public void An_id_has_at_most_64_characters()
    {
        Assert.True(Tags.Read(Encoding.UTF8.GetBytes($$"""{"id":"{{new string('x', 64)}}"}""")).IsValid);

        var problem = Assert.Single(Tags.Read(Encoding.UTF8.GetBytes($$"""{"id":"{{new string('x', 65)}}"}""")).Problems);
        Assert.StartsWith("must be 1 to 64 letters, digits or . _ : -, or an integer, not 'xxx", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_invalid_event_is_known_by_its_id() =>
        Assert.Equal("A7", Tags.Read("""{"id":"A7","size":"big"}"""u8).Id.Text);

    private sealed record Tag : Record<string>
    {
        public int? Size { get; init; }
    }

    private sealed class TagKind() : Kind<Tag>("tags", "tests", Field(tag => tag.Size))
    {
        public override Tag Sample { get; } = new() { Id = "A-7" };
    }
}
