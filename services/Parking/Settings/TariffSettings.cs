using System.ComponentModel.DataAnnotations;
using RideIngest.Hosting.Config;

namespace RideIngest.Parking.Settings;

/// <summary>The section <c>parking.tariff</c>. Amounts are in the smallest unit of the currency.</summary>
public sealed class TariffSettings
{
    /// <summary>The first minutes of a stay, which cost nothing.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00", ErrorMessage = "It must be from 0s to 24h"), GoodValue("15m")]
    public TimeSpan Free { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>The unit of time that has a price; each one that is started counts.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "It must be from 1s to 24h"), GoodValue("1h")]
    public TimeSpan Unit { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The price of a unit.</summary>
    [Range(0, 1_000_000_000L, ErrorMessage = "It must be from 0 to 1000000000"), GoodValue("200")]
    public long Price { get; set; } = 200;

    /// <summary>The most that a calendar day costs; 0 for no maximum.</summary>
    [Range(0, 1_000_000_000L, ErrorMessage = "It must be from 0 to 1000000000"), GoodValue("2000")]
    public long DailyMaximum { get; set; } = 2000;

    [Required, RegularExpression("[A-Z]{3}", ErrorMessage = "It must be the three letters of ISO 4217"), GoodValue("EUR")]
    public string Currency { get; set; } = "EUR";

    /// <summary>The time zone of calendar days, of the year in invoice numbers, and of times in mails.</summary>
    [Required, TimeZoneName, GoodValue("Europe/Berlin")]
    public string TimeZone { get; set; } = "UTC";
}
