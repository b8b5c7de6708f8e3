using NATS.Client.Core;
using RideIngest.Casino.Settings;
using RideIngest.Streams.Setup;
using RideIngest.Streams.Stages;

namespace RideIngest.Casino.Stages;

/// <summary>The casino's stream: a work queue that holds each event until its current stage has passed it on.</summary>
internal sealed class CasinoStream(INatsConnection nats, CasinoSettings settings)
{
    public const string System = "casino";

    /// <summary>Events with an amount in a currency other than EUR.</summary>
    public static readonly StageSource CurrencyForeign = new("currency-foreign", "casino.currency.foreign");

    /// <summary>All other events. They need no exchange rate and do not wait for those that do.</summary>
    public static readonly StageSource CurrencyPlain = new("currency-plain", "casino.currency.plain");

    public static readonly StageSource Player = new("player", "casino.player");

    public static readonly StageSource Description = new("description", "casino.description");

    public static readonly StageSource Aggregates = new("aggregates", "casino.aggregates");

    public EnsuredStream Stream { get; } = new(
        nats,
        EnsuredStream.WorkQueue(
            settings.Stream, "casino.>", "Casino events on their way from stage to stage", settings.StreamBytes, settings.Replicas),
        "casino.stream");

    /// <summary>Defines a stage of the casino.</summary>
    public StageDefinition Stage(string name, string? next, params StageSource[] from) => new(System, name, Stream)
    {
        From = from,
        Next = next,
    };
}
