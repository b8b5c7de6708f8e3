using System.Globalization;
using RideIngest.Casino.Events;

namespace RideIngest.Unit.Casino;

public sealed class CurrenciesTests
{
    [Theory]
    [InlineData(500, "USD", "1.0684", 468)]
    [InlineData(0, "USD", "1.0684", 0)]
    [InlineData(1, "GBP", "0.8571", 1)]
    [InlineData(1, "BTC", "0.000016", 0)]
    [InlineData(100_000_000, "BTC", "0.000016", 6_250_000)]
    [InlineData(99_999, "BTC", "0.000016", 6250)]
    [InlineData(1_000_000_000_000, "BTC", "0.000000000001", 1_000_000_000_000_000_000)]
    [InlineData(1_000_000_000_000, "USD", "0.000001", 1_000_000_000_000_000_000)]
    public void Amounts_become_EUR_cents(long amount, string currency, string rate, long cents) =>
        Assert.Equal(cents, Currencies.ToEurCents(amount, currency, decimal.Parse(rate, CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(5, 3)]
    [InlineData(2, 1)]
    public void Half_a_cent_is_rounded_up(long amount, long cents) => Assert.Equal(cents, Currencies.ToEurCents(amount, "USD", 2m));

    [Fact]
    public void What_binary_fractions_would_get_wrong_is_exact() =>
        Assert.Equal(29, Currencies.ToEurCents(31, "USD", 1.0877192982456140350877192982m));
}
