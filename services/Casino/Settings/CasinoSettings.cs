using System.ComponentModel.DataAnnotations;
using RideIngest.Hosting.Config;
using RideIngest.Streams.Systems;

namespace RideIngest.Casino.Settings;

/// <summary>The section <c>casino</c>.</summary>
public sealed class CasinoSettings() : SystemSettings("CASINO")
{
    /// <summary>The roles of this process.</summary>
    [MinLength(1, ErrorMessage = "At least one role is needed"), GoodValue("generator,currency,player,description,aggregates")]
    public List<Role> Roles { get; set; } = [.. Enum.GetValues<Role>()];

    /// <summary>Whether the role aggregates prints each event; the default is in <see cref="CasinoDefaults"/>.</summary>
    public bool? Output { get; set; }

    public GeneratorSettings Generator { get; set; } = new();

    public RatesSettings Rates { get; set; } = new();
}

/// <summary>The section <c>casino.generator</c>.</summary>
public sealed class GeneratorSettings
{
    /// <summary>Events per second on average; 0 disables the generator. The default is in <see cref="CasinoDefaults"/>.</summary>
    [Range(0, 100_000.0, ErrorMessage = "It must be from 0 to 100000"), GoodValue("20")]
    public double? Rate { get; set; }

    /// <summary>How long to generate events; then the process stops.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00", ErrorMessage = "It must be from 100ms to 24h"), GoodValue("5s")]
    public TimeSpan? For { get; set; }

    /// <summary>The seed. The same seed gives the same events except for ids and times; by default they are random.</summary>
    public int? Seed { get; set; }
}

/// <summary>The section <c>casino.rates</c>.</summary>
public sealed class RatesSettings
{
    /// <summary>The exchange-rate API, called as <c>GET {url}/latest?base=EUR</c>.</summary>
    [Url(ErrorMessage = "It is no URL"), GoodValue("https://rates.example.com")]
    public string? Url { get; set; }

    /// <summary>The API key, sent as <c>access_key</c>.</summary>
    [Secret]
    public string? AccessKey { get; set; }
}
