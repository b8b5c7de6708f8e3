namespace RideIngest.Faults.Worlds;

/// <summary>The casino, a process for each role, and the exchange rates that it asks for.</summary>
internal sealed class CasinoProcesses(FaultyRates rates, Func<string, string[], Instance> make) : IAsyncDisposable
{
    public const string Stream = "CASINO";

    /// <summary>Where events wait for the process that counts.</summary>
    public const string LastSubject = "casino.aggregates";

    /// <summary>What the generator makes in a second.</summary>
    public const int GeneratedRate = 200;

    /// <summary>The consumers that outlive a process. The one of the process that counts does not.</summary>
    public static readonly IReadOnlyList<string> Consumers = ["currency-plain", "currency-foreign", "player", "description"];

    public FaultyRates Rates => rates;

    public Instance Generator { get; } = make("generator", ["--roles", "generator", $"--casino:generator:rate={GeneratedRate}"]);

    public Instance Currency { get; } = make("currency", ["--roles", "currency", $"--casino:rates:url={rates.Url}"]);

    public Instance Player { get; } = make("player", ["--roles", "player"]);

    public Instance Description { get; } = make("description", ["--roles", "description"]);

    /// <summary>The process that counts and prints.</summary>
    public Instance Aggregates { get; } = make("aggregates", ["--roles", "aggregates"]);

    public IReadOnlyList<Instance> All => [Generator, Currency, Player, Description, Aggregates];

    public ValueTask DisposeAsync() => rates.DisposeAsync();
}
