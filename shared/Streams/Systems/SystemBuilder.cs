using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Health;
using RideIngest.Hosting.OpenApi;
using RideIngest.Records.Kinds;
using RideIngest.Streams.Intake;
using RideIngest.Streams.Nats;
using RideIngest.Streams.Publishing;
using RideIngest.Streams.Setup;
using RideIngest.Streams.Stages;

namespace RideIngest.Streams.Systems;

/// <summary>Defines a system: its stream, with subjects <c>{name}.&gt;</c>, what it accepts over HTTP, and its stages.</summary>
public sealed class SystemBuilder<TSettings>
    where TSettings : SystemSettings, new()
{
    private readonly string _name;
    private readonly List<Func<IServiceProvider, Stage?>> _stages = [];
    private readonly List<Action<IEndpointRouteBuilder>> _endpoints = [];
    private Func<IServiceProvider, Task>? _leave;

    internal SystemBuilder(string name, bool essential, IServiceCollection services)
    {
        (_name, Services) = (name, services);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<StreamPublisher>();
        services
            .AddSettings<TSettings>(name)
            .AddNats(essential)
            .AddSingleton(new SystemName<TSettings>(name))
            .AddReadinessCheck<StageReadiness<TSettings>>(essential)
            .AddKeyedSingleton(name, (provider, _) => Stream(provider))
            .AddKeyedSingleton<IReadOnlyList<Stage>>(name, (provider, _) => [.. _stages.Select(stage => stage(provider)).OfType<Stage>()])
            .AddStages(StagesOf, provider => _leave?.Invoke(provider) ?? Task.CompletedTask);
    }

    /// <summary>The services of the process, for those that are the system's own.</summary>
    public IServiceCollection Services { get; }

    /// <summary>The scope that senders need.</summary>
    public string WriteScope => Scopes.Write(_name);

    /// <summary>Describes the system in the OpenAPI document.</summary>
    public void Describe(string description) => Services.AddSingleton(new DocumentTag(_name, description));

    /// <summary>
    /// Accepts events of a kind: one object, an array, or JSON lines. While NATS is unavailable they are kept in the system's outbox.
    /// </summary>
    /// <param name="subject">Returns an event's subject.</param>
    /// <param name="notes">What senders should know, for the OpenAPI document.</param>
    public void Intake<TEvent>(
        string path, Kind<TEvent> kind, Func<TEvent, string> subject, EventFormat<TEvent>? format = null, string? notes = null)
        where TEvent : Record, new()
    {
        Services.AddScopes(WriteScope);
        AddOutbox();
        Services.AddSingleton(provider => new EventPublisher<TEvent>(
            provider, provider.GetRequiredKeyedService<StreamRoom>(_name), format ?? new KindFormat<TEvent>(kind), subject));
        Map(endpoints => endpoints
            .MapPost(path, new EventIntake<TEvent>(kind, endpoints.ServiceProvider.GetRequiredService<EventPublisher<TEvent>>()).PostAsync)
            .Needs(WriteScope)
            .AsIntake(_name, kind, notes));
    }

    /// <summary>Adds a stage that hands its events to <typeparamref name="TStep"/>.</summary>
    /// <param name="from">Its subjects.</param>
    /// <param name="next">The subject of the next stage; null for the last one.</param>
    /// <param name="runs">Whether this process runs the stage; null for always.</param>
    /// <param name="define">Changes limits of the stage.</param>
    public void Stage<TStep, TEvent>(
        string name, EventFormat<TEvent> format, string[] from, string? next = null, Func<TSettings, bool>? runs = null,
        Func<StageDefinition, IServiceProvider, StageDefinition>? define = null)
        where TStep : Step<TEvent>
    {
        Services.TryAddSingleton<TStep>();
        _stages.Add(provider =>
        {
            if (runs?.Invoke(provider.GetRequiredService<TSettings>()) == false)
                return null;
            var definition = new StageDefinition(_name, name, provider.GetRequiredKeyedService<EnsuredStream>(_name))
            {
                From = [.. from.Select(subject => new StageSource(from.Length == 1 ? name : $"{name}-{subject.Split('.')[^1]}", subject))],
                Next = next,
            };
            return new Stage<TEvent>(
                provider, define?.Invoke(definition, provider) ?? definition, format, provider.GetRequiredService<TStep>());
        });
    }

    /// <summary>Maps endpoints of the system's own.</summary>
    public void Map(Action<IEndpointRouteBuilder> endpoints) => _endpoints.Add(endpoints);

    /// <summary>Calls this after the stages have stopped, if NATS is available.</summary>
    public void Leave(Func<IServiceProvider, Task> leave) => _leave = leave;

    internal void Map(IEndpointRouteBuilder endpoints) => _endpoints.ForEach(map => map(endpoints));

    private IReadOnlyList<Stage> StagesOf(IServiceProvider provider) => provider.GetRequiredKeyedService<IReadOnlyList<Stage>>(_name);

    private void AddOutbox()
    {
        if (Services.Any(service => service.ServiceType == typeof(StreamRoom) && Equals(service.ServiceKey, _name)))
            return;
        Services.AddEventOutbox(_name, provider => provider.GetRequiredKeyedService<EnsuredStream>(_name));
        Services.AddKeyedSingleton(_name, (provider, _) => new StreamRoom(
            _name, provider.GetRequiredKeyedService<EnsuredStream>(_name), provider.GetRequiredService<ILogger<StreamRoom>>()));
        Services.AddSingleton<IHostedService>(provider => provider.GetRequiredKeyedService<StreamRoom>(_name));
    }

    private EnsuredStream Stream(IServiceProvider provider)
    {
        var settings = provider.GetRequiredService<TSettings>();
        return new(
            provider.GetRequiredService<INatsConnection>(),
            EnsuredStream.WorkQueue(
                settings.Stream, $"{_name}.>", $"Events of {_name} on their way from stage to stage", settings.StreamBytes,
                settings.Replicas),
            $"{_name}.stream");
    }
}
