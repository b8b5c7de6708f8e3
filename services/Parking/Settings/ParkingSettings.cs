using System.ComponentModel.DataAnnotations;
using RideIngest.Hosting.Config;
using RideIngest.Mail.Sending;
using RideIngest.Streams.Systems;

namespace RideIngest.Parking.Settings;

/// <summary>The section <c>parking</c>.</summary>
public sealed class ParkingSettings() : SystemSettings("PARKING")
{
    /// <summary>The roles of this process.</summary>
    [MinLength(1, ErrorMessage = "At least one role is needed"), GoodValue("api,visits,summary,invoices")]
    public List<ParkingRole> Roles { get; set; } = [.. Enum.GetValues<ParkingRole>()];

    /// <summary>The longest stay. An exit later than that after an entry never pairs with it.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00", ErrorMessage = "It must be from 1m to 3650d"), GoodValue("7d")]
    public TimeSpan MaxStay { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long after its arrival an exit waits for its entry, before it is called unmatched.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00", ErrorMessage = "It must be from 1s to 365d"), GoodValue("10m")]
    public TimeSpan Grace { get; set; } = TimeSpan.FromMinutes(10);

    public SummarySettings Summary { get; set; } = new();

    public TariffSettings Tariff { get; set; } = new();

    public MailSettings Mail { get; set; } = new();

    public GatesSettings Gates { get; set; } = new();
}

/// <summary>The section <c>parking.gates</c>: the generators of entries and exits.</summary>
public sealed class GatesSettings
{
    /// <summary>
    /// Exits per second; entries come at 0.8 times that. 0 disables the generators. The default is in <see cref="ParkingDefaults"/>.
    /// </summary>
    [Range(0, 100_000.0, ErrorMessage = "It must be from 0 to 100000"), GoodValue("20")]
    public double? Rate { get; set; }

    /// <summary>The average stay; stays are from half to one and a half of it.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "7.00:00:00", ErrorMessage = "It must be from 100ms to 7d"), GoodValue("1m")]
    public TimeSpan Stay { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The seed of both gates: with the same one, they report the same vehicles.</summary>
    [Range(0, 255, ErrorMessage = "It must be from 0 to 255"), GoodValue("1")]
    public int Seed { get; set; } = 1;

    /// <summary>The share of events that are published again.</summary>
    [Range(0, 1.0, ErrorMessage = "It must be from 0 to 1"), GoodValue("0.01")]
    public double Duplicate { get; set; }

    /// <summary>The share of events that are published up to 5 s late.</summary>
    [Range(0, 1.0, ErrorMessage = "It must be from 0 to 1"), GoodValue("0.01")]
    public double Late { get; set; }

    /// <summary>A folder to which the gates write what they report, and which entry belongs to each exit; null for none.</summary>
    [GoodValue("truth")]
    public string? Truth { get; set; }
}
