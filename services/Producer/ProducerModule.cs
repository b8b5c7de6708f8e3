using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Endpoints;
using RideIngest.Hosting.Health;
using RideIngest.Hosting.Problems;
using RideIngest.Hosting.Processes;
using RideIngest.Hosting.Telemetry;
using RideIngest.Producer.Answers;
using RideIngest.Producer.Documents;
using RideIngest.Producer.Intake;
using RideIngest.Producer.Receipts;
using RideIngest.Producer.Sending;
using RideIngest.Producer.Settings;
using RideIngest.Producer.Telemetry;
using RideIngest.Records.Kinds;
using RideIngest.Storage.DeadLetters;
using RideIngest.Storage.Failures;
using RideIngest.Storage.Postgres;
using RideIngest.Streams.Finding;
using RideIngest.Streams.Nats;
using RideIngest.Streams.Publishing;
using RideIngest.Streams.Rides;

namespace RideIngest.Producer;

/// <summary>Receives records over HTTP, publishes them to the stream, and answers with their outcomes.</summary>
public sealed class ProducerModule(Catalog? catalog = null) : IModule
{
    private readonly Catalog _catalog = catalog ?? new Catalog();

    public string Name => "producer";

    public void AddServices(IServiceCollection services)
    {
        services.AddSettings<SpineSettings>("ingest").AddSettings<ProducerSettings>("producer");
        services.AddScopes([.. _catalog.Kinds.Select(kind => Scopes.Write(kind.Name)), Scopes.Read, Scopes.Ops]);
        services
            .AddNats(essential: false)
            .AddPostgres(essential: false)
            .AddReadinessCheck<ProducerReadiness>()
            .AddSingleton(_catalog)
            .AddSingleton(TimeProvider.System);
        foreach (var kind in _catalog.Kinds)
            services.AddMigrations(kind.Schema, kind.GetType()).AddSingleton(ProducerOperations.Tag(kind));
        services.AddSingleton(ProducerOperations.Receipts);
        services.AddSingleton(ProducerOperations.Failures);
        services.AddMigrations("ops", typeof(DeadLetterStore)).AddSingleton<DeadLetterStore>();
        services.TryAddSingleton<DeadLetterSearch>();
        services.AddFailures();

        services.AddSingleton<LastFailures>().AddSingleton<ReportedFailures>();
        services.AddSingleton<RecordsInFlight>().AddSingleton<IntakeLimits>().AddSingleton<AnswerMemory>();
        services.Configure<RateLimiterOptions>(limits => limits.AddPolicy<string, UploadLimit>(UploadLimit.Name));
        services
            .AddSingleton<RefusedSenders>().AddHostedService(provider => provider.GetRequiredService<RefusedSenders>())
            .AddSingleton<PendingReplies>()
            .AddSingleton<FrameLimits>()
            .AddSingleton<StreamPublisher>()
            .AddSingleton<FramePublisher>()
            .AddSingleton<FrameSender>();
        services.AddSingleton<DirectStore>().AddSingleton<ReceiptLookup>().AddSingleton<ReceiptEndpoint>();
        services.AddFinder<RecordFinder>();
        services.AddSingleton<MissingRecords>().AddSingleton<FailureEndpoint>();

        // Replies and announcements are subscribed to before the stream is ready, so before the first frame leaves.
        services.AddSingleton<ConsumerNews>().AddHostedService(provider => provider.GetRequiredService<ConsumerNews>());
        services.AddSingleton<ReplyInbox>().AddHostedService(provider => provider.GetRequiredService<ReplyInbox>());
        services
            .AddSingleton<RidesStream>()
            .AddSingleton<SpineLink>()
            .AddHostedService(provider => provider.GetRequiredService<SpineLink>());
        services.AddHostedService<DurabilityNotice>();
        string[] problems = [.. Enum.GetValues<RefusalReason>().Select(reason => Refusals.Of(new Refusal(reason, TimeSpan.Zero)).Type)];
        services
            .AddCountersAtZero(() => ProducerTelemetry.StartAtZero(_catalog.Kinds, problems))
            .AddSystemFigures(ProducerTelemetry.Figures(RidesSystem.Name, problems));
    }

    public void MapEndpoints(IEndpointRouteBuilder endpoints)
    {
        var provider = endpoints.ServiceProvider;
        var limits = provider.GetRequiredService<IntakeLimits>();
        var memory = provider.GetRequiredService<AnswerMemory>();
        var failures = provider.GetRequiredService<ReportedFailures>();
        var news = provider.GetRequiredService<ConsumerNews>();
        var sender = provider.GetRequiredService<FrameSender>();
        var lookup = provider.GetRequiredService<ReceiptLookup>();
        var missing = provider.GetRequiredService<MissingRecords>();
        foreach (var kind in _catalog.Kinds)
        {
            var write = Scopes.Write(kind.Name);
            var gatherer = new RecordGatherer(kind, sender, limits.Frames);
            Record($"/v1/{kind.Name}", new RecordAnswer(news)).AsPut(kind);
            var upload = new UploadIntake(kind, sender, limits, memory, failures, news);
            endpoints.MapPost($"/v1/{kind.Name}/batch", upload.PostAsync)
                .Needs(write).RefusesWith(upload.RefusedAsync).RequireRateLimiting(UploadLimit.Name).AsUpload(kind);
            endpoints.MapMethods($"/v1/{kind.Name}/{{id}}", ReadMethods.All, new RecordEndpoint(kind, lookup, missing, news).GetAsync)
                .Needs(Scopes.Read, write).LimitedAsRead().AsRead(kind);
            if (kind.Name == OldAnswer.Kind)
                Record(OldAnswer.Path, new OldAnswer(news)).AsOldPut(kind);

            IEndpointConventionBuilder Record(string path, IRecordAnswer answer)
            {
                var intake = new RecordIntake(kind, gatherer, limits, failures, answer);
                return endpoints.MapPost(path, intake.PostAsync).Needs(write).RefusesWith(intake.RefusedAsync);
            }
        }
        endpoints.MapMethods("/v1/receipts/{receipt}", ReadMethods.All, provider.GetRequiredService<ReceiptEndpoint>().GetAsync)
            .Needs([Scopes.Read, .. _catalog.Kinds.Select(kind => Scopes.Write(kind.Name))]).LimitedAsRead().AsReceipt();
        endpoints.MapMethods("/v1/failures", ReadMethods.All, provider.GetRequiredService<FailureEndpoint>().GetAsync)
            .NeedsAnyKey().LimitedAsRead().AsFailures();
    }
}
