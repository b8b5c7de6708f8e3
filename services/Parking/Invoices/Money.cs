using System.Globalization;

namespace RideIngest.Parking.Invoices;

/// <summary>Writes amounts for people. .NET's own tables of currencies are missing in a process with invariant globalization.</summary>
internal static class Money
{
    // ISO 4217; all others have two decimals.
    private static readonly string[] WithoutDecimals =
    [
        "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF",
    ];

    private static readonly string[] WithThree = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

    /// <param name="amount">In the smallest unit.</param>
    public static string Text(long amount, string currency)
    {
        var decimals = WithoutDecimals.Contains(currency) ? 0 : WithThree.Contains(currency) ? 3 : 2;
        var value = new decimal(Math.Abs(amount));
        for (var i = 0; i < decimals; i++)
            value /= 10;
        return $"{currency} {(amount < 0 ? "-" : "")}{value.ToString($"F{decimals}", CultureInfo.InvariantCulture)}";
    }
}
