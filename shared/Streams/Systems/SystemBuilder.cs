using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using NATS.Client.JetStream.Models;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Health;
using RideIngest.Hosting.OpenApi;
using RideIngest.Hosting.Telemetry;
using RideIngest.Records.Fields;
using RideIngest.Records.Kinds;
using RideIngest.Storage.Failures;
using RideIngest.Streams.Checking;
using RideIngest.Streams.Intake;
using RideIngest.Streams.Nats;
using RideIngest.Streams.Publishing;
using RideIngest.Streams.Setup;
using RideIngest.Streams.Stages;

namespace RideIngest.Streams.Systems;

/// <summary>
/// Defines a system: its stream, with all subjects that begin with its name, what it accepts over HTTP, and its stages.
/// </summary>
public sealed class SystemBuilder<TSettings>
    where TSettings : SystemSettings, new()
{
    private readonly string _name;
    private readonly List<Func<IServiceProvider, StageDefinition>> _definitions = [];
    private readonly List<Func<IServiceProvider, Stage?>> _stages = [];
    private readonly Dictionary<string, Func<ReadOnlyMemory<byte>, IReadOnlyList<FieldProblem>>> _checks = [];
    private readonly List<Action<IEndpointRouteBuilder>> _endpoints = [];
    private readonly List<Func<IServiceProvider, Task>> _leave = [];
    private Func<TSettings, bool>? _relays;
    private bool _fansOut;
    private bool _hasOutbox;
    private bool _takesEvents;

    internal SystemBuilder(string name, IServiceCollection services)
    {
        (_name, Services) = (name, services);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<StreamPublisher>();
        services
            .AddSettings<TSettings>(name)
            .AddNats(essential: false)
            .AddSingleton(new SystemName<TSettings>(name))
            .AddReadinessCheck<StageReadiness<TSettings>>(essential: false)
            .AddKeyedSingleton(name, (provider, _) => CreateStream(provider))
            .AddKeyedSingleton<IReadOnlyList<StageDefinition>>(
                name, (provider, _) => [.. _definitions.Select(definition => definition(provider))])
            .AddKeyedSingleton<IReadOnlyList<Stage>>(name, (provider, _) => [.. _stages.Select(stage => stage(provider)).OfType<Stage>()])
            .AddStages(
                provider => provider.GetRequiredKeyedService<IReadOnlyList<Stage>>(name),
                leave: provider => Task.WhenAll(_leave.Select(leave => leave(provider))))
            .AddSingleton<IHostedService>(provider => new CheckResponder(provider.GetRequiredService<INatsConnection>(), name, _checks));
    }

    /// <summary>The services of the process, for those that are the system's own.</summary>
    public IServiceCollection Services { get; }

    /// <summary>The scope that senders need.</summary>
    public string WriteScope => Scopes.Write(_name);

    /// <summary>Describes the system in the OpenAPI document.</summary>
    public void Describe(string description) => Services.AddSingleton(new DocumentTag(_name, description));

    /// <summary>
    /// Lets every stage of a subject get all its events. Without this the stream is a work queue, in which a subject has one stage.
    /// </summary>
    public void FanOut() => _fansOut = true;

    /// <summary>
    /// Accepts events of a kind: one object, an array, or JSON lines. While NATS is unavailable they are kept in the system's outbox.
    /// </summary>
    /// <param name="subject">Returns an event's subject.</param>
    /// <param name="format">The format between stages; by default the kind's own.</param>
    /// <param name="notes">What senders should know, for the OpenAPI document.</param>
    /// <param name="runs">Whether this process accepts them; null for always.</param>
    public void Intake<TEvent>(
        string path, Kind<TEvent> kind, Func<TEvent, string> subject, EventFormat<TEvent>? format = null, string? notes = null,
        Func<TSettings, bool>? runs = null)
        where TEvent : Record, new()
    {
        AddOutbox();
        AddRoom();
        Services.AddScopes(WriteScope).AddFailures();
        Services.AddSingleton(provider => new EventPublisher<TEvent>(
            provider, provider.GetRequiredKeyedService<StreamRoom>(_name), format ?? new KindFormat<TEvent>(kind), subject));
        Map(endpoints =>
        {
            var provider = endpoints.ServiceProvider;
            if (runs?.Invoke(provider.GetRequiredService<TSettings>()) == false)
                return;
            endpoints
                .MapPost(path, ActivatorUtilities.CreateInstance<EventIntake<TEvent>>(provider, kind).PostAsync)
                .Needs(WriteScope)
                .AsIntake(_name, kind, notes);
        });
    }

    /// <summary>Adds a stage that hands its events to <typeparamref name="TStep"/>.</summary>
    /// <param name="from">Its subjects.</param>
    /// <param name="next">The subject of the next stage; null for the last one, and for a step that uses an outbox.</param>
    /// <param name="runs">Whether this process runs the stage; null for always.</param>
    /// <param name="define">Changes limits of the stage.</param>
    public void Stage<TStep, TEvent>(
        string name, EventFormat<TEvent> format, string[] from, string? next = null, Func<TSettings, bool>? runs = null,
        Func<StageDefinition, IServiceProvider, StageDefinition>? define = null)
        where TStep : Step<TEvent>
    {
        Services.TryAddSingleton<TStep>();
        Services.AddSystemFigures(StageTelemetry.Figures(_name, name, isLast: next is null));
        _definitions.Add(Define);
        _checks.Add(name, line => format.Check(line.Span));
        _stages.Add(provider => runs?.Invoke(provider.GetRequiredService<TSettings>()) == false
            ? null
            : new Stage<TEvent>(provider, Define(provider), format, provider.GetRequiredService<TStep>()));

        StageDefinition Define(IServiceProvider provider)
        {
            var definition = new StageDefinition(_name, name, provider.GetRequiredKeyedService<EnsuredStream>(_name))
            {
                From = [.. from.Select(subject => new StageSource(from.Length == 1 ? name : $"{name}-{subject.Split('.')[^1]}", subject))],
                Next = next,
            };
            return define?.Invoke(definition, provider) ?? definition;
        }
    }

    /// <summary>Adds a stage for events of a kind, in the kind's own format.</summary>
    public void Stage<TStep, TEvent>(string name, Kind<TEvent> kind, string[] from, string? next = null, Func<TSettings, bool>? runs = null)
        where TStep : Step<TEvent>
        where TEvent : Record, new() =>
        Stage<TStep, TEvent>(name, new KindFormat<TEvent>(kind), from, next, runs);

    /// <summary>
    /// Adds a work queue for events that wait until the system can process them, with the only stage that takes them, in one process at a
    /// time. It gets them in the order of the stream, if its step does not return them but waits for what it needs.
    /// <see cref="EventPublisher{TEvent}"/> publishes to it.
    /// </summary>
    /// <param name="name">The stage; the stream is that of the system with this name, in capitals, behind it.</param>
    /// <param name="runs">Whether this process publishes and runs the stage.</param>
    public void Buffer<TStep, TEvent>(string name, EventFormat<TEvent> format, string subject, Func<TSettings, bool> runs)
        where TStep : Step<TEvent>
    {
        _takesEvents = true;
        var key = $"{_name}.{name}";
        Services.TryAddSingleton<TStep>();
        Services.AddKeyedSingleton(key, (provider, _) => CreateBuffer(provider));
        Services.AddKeyedSingleton(key, (provider, _) => new StreamRoom(
            key, provider.GetRequiredKeyedService<EnsuredStream>(key), provider.GetRequiredService<ILogger<StreamRoom>>(),
            runs(provider.GetRequiredService<TSettings>())));
        Services.AddSingleton<IHostedService>(provider => provider.GetRequiredKeyedService<StreamRoom>(key));
        Services.AddSingleton(provider => new EventPublisher<TEvent>(
            provider, provider.GetRequiredKeyedService<StreamRoom>(key), format, _ => subject, keeps: false));
        Services.AddKeyedSingleton(key, (provider, _) => new SoleSeat(provider.GetRequiredKeyedService<EnsuredStream>(key)));
        Leave(provider => provider.GetRequiredKeyedService<SoleSeat>(key).LeaveAsync());
        _checks.Add(name, line => format.Check(line.Span));
        _stages.Add(provider => runs(provider.GetRequiredService<TSettings>())
            ? new Stage<TEvent>(provider, Define(provider), format, provider.GetRequiredService<TStep>())
            : null);

        StageDefinition Define(IServiceProvider provider) => new(_name, name, provider.GetRequiredKeyedService<EnsuredStream>(key))
        {
            From = [new StageSource(name, subject)],
            Reach = provider.GetRequiredKeyedService<SoleSeat>(key).TakeAsync,
            StepTimeout = Timeout.InfiniteTimeSpan,
            MayStandBy = true,
            InOrder = true,
        };

        EnsuredStream CreateBuffer(IServiceProvider provider)
        {
            var settings = provider.GetRequiredService<TSettings>();
            var config = EnsuredStream.WorkQueue(
                $"{settings.Stream}_{name.ToUpperInvariant()}", [], $"Events of {_name} that wait for the stage {name}",
                settings.StreamBytes, settings.Replicas);
            return new(
                provider.GetRequiredService<INatsConnection>(), config, $"{_name}.stream",
                subjects: () => [subject]);
        }
    }

    /// <summary>Registers <see cref="OutgoingEvents{TEvent}"/>, with which a step or a request publishes because of its commit.</summary>
    /// <param name="key">Returns the key whose events are published in the order of their commits; by default that of the format.</param>
    public void Publishes<TEvent>(string subject, EventFormat<TEvent> format, Func<TEvent, string>? key = null)
    {
        AddOutbox();
        Services.AddSingleton(provider => new OutgoingEvents<TEvent>(provider, _name, subject, format, key));
    }

    /// <summary>Registers <see cref="OutgoingEvents{TEvent}"/> for events of a kind.</summary>
    /// <param name="key">Returns the key whose events are published in the order of their commits; by default the event's id.</param>
    public void Publishes<TEvent>(string subject, Kind<TEvent> kind, Func<TEvent, string>? key = null)
        where TEvent : Record, new() => Publishes(subject, new KindFormat<TEvent>(kind), key);

    /// <summary>Lets only some processes relay the outbox. Without this, each may.</summary>
    public void Relay(Func<TSettings, bool> runs) => _relays = runs;

    /// <summary>Maps endpoints of the system's own.</summary>
    public void Map(Action<IEndpointRouteBuilder> endpoints) => _endpoints.Add(endpoints);

    /// <summary>Calls this after the stages have stopped, if NATS is available.</summary>
    public void Leave(Func<IServiceProvider, Task> leave) => _leave.Add(leave);

    /// <summary>
    /// Makes NATS and the stages essential, unless senders are served without them: then either NATS or Postgres is.
    /// </summary>
    internal void RequireWhatIsEssential()
    {
        if (_takesEvents)
            Services.AddReadinessCheck<IntakeReadiness>();
        else
            Services.AddNats().AddReadinessCheck<StageReadiness<TSettings>>();
    }

    internal void Map(IEndpointRouteBuilder endpoints) => _endpoints.ForEach(map => map(endpoints));

    private void AddOutbox()
    {
        if (!_hasOutbox)
        {
            Services.AddEventOutbox(
                _name, provider => provider.GetRequiredKeyedService<EnsuredStream>(_name),
                relays: provider => _relays?.Invoke(provider.GetRequiredService<TSettings>()) ?? true);
        }
        _hasOutbox = true;
    }

    private void AddRoom()
    {
        if (_takesEvents)
            return;
        _takesEvents = true;
        Services.AddSystemFigures(IntakeTelemetry.Figures(_name));
        Services.AddKeyedSingleton(_name, (provider, _) => new StreamRoom(
            _name, provider.GetRequiredKeyedService<EnsuredStream>(_name), provider.GetRequiredService<ILogger<StreamRoom>>()));
        Services.AddSingleton<IHostedService>(provider => provider.GetRequiredKeyedService<StreamRoom>(_name));
    }

    private EnsuredStream CreateStream(IServiceProvider provider)
    {
        var settings = provider.GetRequiredService<TSettings>();
        var nats = provider.GetRequiredService<INatsConnection>();
        var setting = $"{_name}.stream";
        var description = $"Events of {_name} on their way from stage to stage";
        var (name, bytes, replicas) = (settings.Stream, settings.StreamBytes, settings.Replicas);
        return _fansOut
            ? new(nats, EnsuredStream.FanOut(name, [], description, bytes, replicas), setting, Consumers, Subjects)
            : new(nats, EnsuredStream.WorkQueue(name, [], description, bytes, replicas), setting, subjects: Subjects);

        // Those of all stages, also of the ones that other processes run.
        IEnumerable<ConsumerConfig> Consumers() => StageDefinition.ConsumersOf(_definitions.Select(definition => definition(provider)));

        IEnumerable<string> Subjects() => StageDefinition.SubjectsOf(_definitions.Select(definition => definition(provider)));
    }
}
