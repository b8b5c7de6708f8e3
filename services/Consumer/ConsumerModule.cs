using RideIngest.Consumer.Announcing;
using RideIngest.Consumer.Frames;
using RideIngest.Consumer.Settings;
using RideIngest.Consumer.Storing;
using RideIngest.Consumer.Telemetry;
using RideIngest.Consumer.Work;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Health;
using RideIngest.Hosting.Processes;
using RideIngest.Hosting.Telemetry;
using RideIngest.Records.Kinds;
using RideIngest.Storage.Batches;
using RideIngest.Storage.DeadLetters;
using RideIngest.Storage.Failures;
using RideIngest.Storage.Postgres;
using RideIngest.Streams.Frames;
using RideIngest.Streams.Nats;
using RideIngest.Streams.Pulls;
using RideIngest.Streams.Rides;

namespace RideIngest.Consumer;

/// <summary>Stores the frames of the stream in Postgres and replies to each. Any number of instances share the work.</summary>
/// <param name="catalog">The kinds to store; by default, those of RideIngest itself.</param>
/// <param name="essential">Whether the process is not ready while it cannot store.</param>
public sealed class ConsumerModule(Catalog? catalog = null, bool essential = true) : IModule
{
    public string Name => "consumer";

    public void AddServices(IServiceCollection services)
    {
        var kinds = catalog ?? new Catalog();
        services
            .AddSettings<SpineSettings>("ingest")
            .AddSettings<ConsumerSettings>("consumer")
            .AddNats(essential)
            .AddPostgres(essential)
            .AddDeadLetters()

            // For producers, whose role need not own tables: a consumer run by the owner creates all of them.
            .AddMigrations("ops", typeof(FailureStore));
        foreach (var kind in kinds.Kinds)
            services.AddMigrations(kind.Schema, kind.GetType());

        services
            .AddSingleton(provider => ActivatorUtilities.CreateInstance<FrameDecoder>(provider, kinds))
            .AddSingleton(provider => ActivatorUtilities.CreateInstance<BatchStores>(provider, kinds))
            .AddSingleton(provider => ActivatorUtilities.CreateInstance<RidesStream>(provider, kinds))
            .AddSingleton<StoreGate>()
            .AddSingleton<FramesInHand>()
            .AddSingleton<FrameQueue>()
            .AddSingleton<FrameIntake>()
            .AddSingleton(provider => ActivatorUtilities.CreateInstance<FramePull>(provider, provider.GetRequiredService<FrameIntake>()))
            .AddSingleton<OrphanWatch>()
            .AddSingleton<TrailingAcks>()
            .AddSingleton<Settlement>()
            .AddSingleton(provider => ActivatorUtilities.CreateInstance<DeadLetterBox>(provider, kinds))
            .AddSingleton<KindBatch>()
            .AddSingleton<WholeFrames>()
            .AddSingleton<BatchWork>()
            .AddSingleton<Departure>()
            .AddSingleton<StreamWatch>()
            .AddHostedService<Announcer>()
            .AddHostedService<ConsumerWorker>()
            .AddHostedService<DurabilityNotice>()
            .AddCountersAtZero(() => ConsumerTelemetry.StartAtZero(kinds.Kinds, DeadLetterCodes.OfRecords, DeadLetterCodes.OfFrames))
            .AddSystemFigures(ConsumerTelemetry.Figures(RidesSystem.Name))
            .AddReadinessCheck<ConsumerReadiness>(essential);
    }

    public void MapEndpoints(IEndpointRouteBuilder endpoints)
    {
    }
}
