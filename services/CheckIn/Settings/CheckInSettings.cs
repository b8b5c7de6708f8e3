using System.ComponentModel.DataAnnotations;
using RideIngest.Hosting.Config;
using RideIngest.Mail.Sending;
using RideIngest.Streams.Systems;

namespace RideIngest.CheckIn.Settings;

/// <summary>The section <c>checkin</c>.</summary>
public sealed class CheckInSettings() : SystemSettings("CHECKIN")
{
    /// <summary>The roles of this process.</summary>
    [MinLength(1, ErrorMessage = "At least one role is needed"), GoodValue("api,relay,labor-cost,email")]
    public List<CheckInRole> Roles { get; set; } = [.. Enum.GetValues<CheckInRole>()];

    /// <summary>A second tap within this time of an employee's last one is refused; 0s lets every tap count.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00", ErrorMessage = "It must be from 0s to 1d"), GoodValue("60s")]
    public TimeSpan DuplicateWindow { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>A tap later than this after a check-in is a new check-in: the check-out was forgotten.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00", ErrorMessage = "It must be from 1s to 30d"), GoodValue("16h")]
    public TimeSpan LongestShift { get; set; } = TimeSpan.FromHours(16);

    /// <summary>How long a commit of taps may take, before they go into the stream instead.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00", ErrorMessage = "It must be from 50ms to 1m"), GoodValue("600ms")]
    public TimeSpan StoreWithin { get; set; } = TimeSpan.FromMilliseconds(600);

    /// <summary>The number of taps that may wait for Postgres. Others are refused until it catches up.</summary>
    [Range(1, 1_000_000, ErrorMessage = "It must be from 1 to 1000000"), GoodValue("10000")]
    public int MostWaiting { get; set; } = 10_000;

    /// <summary>The most taps per second of an address, for senders without a key that has a rate; 0 means no limit.</summary>
    [Range(0, 1_000_000, ErrorMessage = "It must be from 0 to 1000000"), GoodValue("100")]
    public int TapsPerAddress { get; set; } = 100;

    /// <summary>The number of failed calls after which a delivery becomes a dead letter.</summary>
    [Range(1, 1000, ErrorMessage = "It must be from 1 to 1000"), GoodValue("8")]
    public int Attempts { get; set; } = 8;

    /// <summary>While a destination fails, one delivery is tried at each of these intervals.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00", ErrorMessage = "It must be from 100ms to 1h"), GoodValue("5s")]
    public TimeSpan Pause { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a destination must have worked before its dead letters that failed without an effect are sent again, once each.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00", ErrorMessage = "It must be from 100ms to 1d"), GoodValue("1m")]
    public TimeSpan RecoverAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The number of such dead letters that are sent again per second.</summary>
    [Range(1, 1000, ErrorMessage = "It must be from 1 to 1000"), GoodValue("5")]
    public int RecoverRate { get; set; } = 5;

    /// <summary>Deliveries that are due for longer, while no message for their destination is under way, are published again.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "It must be from 1s to 1d"), GoodValue("10m")]
    public TimeSpan SweepAfter { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long events are kept for audits and replays.</summary>
    [Range(typeof(TimeSpan), "2.00:00:00", "36500.00:00:00", ErrorMessage = "It must be from 2d to 36500d"), GoodValue("30d")]
    public TimeSpan Keep { get; set; } = TimeSpan.FromDays(30);

    public LegacySettings Legacy { get; set; } = new();

    public EmailSettings Email { get; set; } = new();

    public MailSettings Smtp { get; set; } = new();
}
