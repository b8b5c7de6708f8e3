using RideIngest.Parking.Invoices;

namespace RideIngest.Unit.Parking;

public sealed class MoneyTests
{
    [Theory]
    [InlineData(400, "EUR", "EUR 4.00")]
    [InlineData(-5, "EUR", "EUR -0.05")]
    [InlineData(400, "JPY", "JPY 400")]
    [InlineData(1234567, "KWD", "KWD 1234.567")]
    public void An_amount_has_the_decimals_of_its_currency(long amount, string currency, string text) =>
        Assert.Equal(text, Money.Text(amount, currency));
}
