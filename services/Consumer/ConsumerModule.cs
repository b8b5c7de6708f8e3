using RideIngest.Consumer.Announcing;
using RideIngest.Consumer.Frames;
using RideIngest.Consumer.Storing;
using RideIngest.Platform.Config;
using RideIngest.Platform.Hosting;
using RideIngest.Platform.Messaging;
using RideIngest.Platform.Postgres;
using RideIngest.Records;
using RideIngest.Records.DeadLetters;
using RideIngest.Records.Storing;
using RideIngest.Spine;

namespace RideIngest.Consumer;

/// <summary>Stores the frames of the stream in Postgres, and answers for each of them. Any number of instances share the work.</summary>
/// <param name="catalog">The kinds to store; those of RideIngest itself, if none is given.</param>
public sealed class ConsumerModule(Catalog? catalog = null) : IModule
{
    public string Name => "consumer";

    public void AddServices(IServiceCollection services)
    {
        var kinds = catalog ?? new Catalog();
        services.AddSettings<SpineSettings>("ingest").AddSettings<ConsumerSettings>("consumer").AddNats().AddPostgres().AddMigrations("ops", typeof(DeadLetterStore));
        foreach (var kind in kinds.Kinds) services.AddMigrations(kind.Schema, kind.GetType());

        services
            .AddSingleton(provider => ActivatorUtilities.CreateInstance<FrameDecoder>(provider, kinds))
            .AddSingleton(provider => ActivatorUtilities.CreateInstance<BatchStores>(provider, kinds))
            .AddSingleton<DeadLetterStore>()
            .AddSingleton<StoreGate>()
            .AddSingleton<FramesInHand>()
            .AddSingleton<FrameQueue>()
            .AddSingleton<FrameIntake>()
            .AddSingleton<FramePull>()
            .AddSingleton<TrailingAcks>()
            .AddSingleton<Settlement>()
            .AddSingleton<DeadLetterBox>()
            .AddSingleton<KindBatch>()
            .AddSingleton<WholeFrames>()
            .AddSingleton<BatchWork>()
            .AddSingleton<Departure>()
            .AddSingleton(provider => ActivatorUtilities.CreateInstance<StreamWatch>(provider, TimeProvider.System))
            .AddSingleton<OrphanedFrames>()
            .AddHostedService<Announcer>()
            .AddHostedService<ConsumerWorker>()
            .AddHostedService<DurabilityNotice>()
            .AddReadinessCheck<ConsumerReadiness>();
    }

    public void MapEndpoints(IEndpointRouteBuilder endpoints)
    {
    }
}
