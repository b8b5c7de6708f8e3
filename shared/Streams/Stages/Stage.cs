using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using RideIngest.Streams.Frames;
using RideIngest.Streams.Pulls;

namespace RideIngest.Streams.Stages;

/// <summary>A stage that runs in this process.</summary>
public abstract class Stage
{
    /// <summary>The reason why no events arrive, for operators; null when all is well.</summary>
    public abstract string? Trouble { get; }

    /// <summary>Whether another process runs the stage exclusively.</summary>
    public abstract bool StandsBy { get; }

    /// <summary>Takes events until stopped, and completes when those in hand are settled.</summary>
    /// <param name="abandon">Cancels operations that would wait for a server.</param>
    internal abstract Task RunAsync(CancellationToken stop, CancellationToken abandon);
}

/// <summary>A stage for one type of event, with a pull and a loop for each of its subjects.</summary>
public sealed class Stage<TEvent> : Stage
{
    private readonly List<(StageLane<TEvent> Lane, FramePull Pull, StageLoop<TEvent> Loop)> _lanes = [];
    private readonly FramesInHand _inHand = new();
    private readonly StageDefinition _definition;

    public Stage(IServiceProvider provider, StageDefinition definition, EventFormat<TEvent> format, Step<TEvent> step)
    {
        _definition = definition;
        var logger = provider.GetRequiredService<ILogger<Stage>>();
        var sender = ActivatorUtilities.CreateInstance<EventSender<TEvent>>(provider, format);
        var settlement = ActivatorUtilities.CreateInstance<EventSettlement<TEvent>>(provider, definition, format, sender, _inHand, logger);
        var database = provider.GetRequiredService<NpgsqlDataSource>();
        foreach (var source in definition.Sources)
        {
            var lane = new StageLane<TEvent>(definition, source, format, _inHand);
            var pull = ActivatorUtilities.CreateInstance<FramePull>(provider, lane);
            _lanes.Add((lane, pull, new StageLoop<TEvent>(definition, lane, step, settlement, database, logger)));
        }
    }

    public override string? Trouble => _lanes.Select(lane => lane.Pull.Trouble).FirstOrDefault(trouble => trouble is not null);

    public override bool StandsBy => !_definition.MayStandBy && _lanes.Exists(lane => lane.Pull.StandsBy);

    internal override async Task RunAsync(CancellationToken stop, CancellationToken abandon)
    {
        StageTelemetry.StartAtZero(_definition);
        using var settled = new CancellationTokenSource();
        var reporting = _inHand.ReportAsync(settled.Token);
        await Task.WhenAll(_lanes.SelectMany(lane => new[]
        {
            Task.Run(() => PullAsync(lane.Lane, lane.Pull), CancellationToken.None),
            Task.Run(() => lane.Loop.RunAsync(stop, abandon), CancellationToken.None),
        }));
        await settled.CancelAsync();
        await reporting;

        async Task PullAsync(StageLane<TEvent> lane, FramePull pull)
        {
            await pull.RunAsync(stop, abandon);
            lane.Complete();
        }
    }
}
