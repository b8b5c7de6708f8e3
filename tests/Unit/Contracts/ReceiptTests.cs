using RideIngest.Contracts.Outcomes;

namespace RideIngest.Unit.Contracts;

public sealed class ReceiptTests
{
    private static readonly Receipt Given = new("bookings", 132512, new Guid("0af76519-16cd-43dd-8448-eb211c80319c"), 77);

    [Fact]
    public void A_receipt_names_its_record_its_content_and_its_place()
    {
        Assert.True(Receipt.TryParse(Given.ToString(), out var read));
        Assert.Equal(Given, read);
    }

    [Fact]
    public void It_needs_no_escaping_in_a_URL() => Assert.Matches("^[A-Za-z0-9_-]{20,100}$", Given.ToString());

    [Fact]
    public void One_letter_changed_is_no_receipt()
    {
        var text = Given.ToString();
        for (var i = 0; i < text.Length - 1; i++)
        {
            var other = text[i] == 'A' ? 'B' : 'A';
            Assert.False(Receipt.TryParse(string.Concat(text.AsSpan(0, i), other.ToString(), text.AsSpan(i + 1)), out _));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("not a receipt")]
    [InlineData("%2e%2e")]
    [InlineData("AQAAAAAAAgWgCvdlGRbNQ92ESOshHIAxnAAAAAAAAABNYm9va2luZ3M")]
    public void What_was_never_given_is_no_receipt(string? text) => Assert.False(Receipt.TryParse(text, out _));
}
