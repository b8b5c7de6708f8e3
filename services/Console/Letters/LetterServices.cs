using Microsoft.Extensions.DependencyInjection.Extensions;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Endpoints;
using RideIngest.Records.Kinds;
using RideIngest.Storage.DeadLetters;
using RideIngest.Storage.Outbox;
using RideIngest.Streams.Publishing;

namespace RideIngest.Console.Letters;

/// <summary>Adds the API for the dead letters of all systems, and maps it.</summary>
internal static class LetterServices
{
    public static IServiceCollection AddLetters(this IServiceCollection services)
    {
        services.AddScopes(Scopes.Ops, LetterScopes.Edit).AddDeadLetters();
        services.TryAddSingleton(new Catalog());
        services.TryAddSingleton<StreamPublisher>();
        return services
            .AddSingleton<LetterPublisher>()
            .AddOutbox(LetterChanges.Outbox, provider => provider.GetRequiredService<LetterPublisher>().PublishAsync)
            .AddSingleton(LetterOperations.Tag)
            .AddSingleton<ContentCheck>()
            .AddSingleton<LetterChanges>()
            .AddSingleton<ChangeEndpoints>()
            .AddSingleton<ReplayEndpoints>()
            .AddSingleton<ReplayRunner>().AddHostedService(provider => provider.GetRequiredService<ReplayRunner>())
            .AddSingleton<LetterEndpoints>();
    }

    public static void MapLetters(this IEndpointRouteBuilder endpoints)
    {
        var letters = endpoints.ServiceProvider.GetRequiredService<LetterEndpoints>();
        var changes = endpoints.ServiceProvider.GetRequiredService<ChangeEndpoints>();
        var replays = endpoints.ServiceProvider.GetRequiredService<ReplayEndpoints>();
        Read("/ops/dead-letters", letters.ListAsync, Scopes.Read, Scopes.Ops).AsList();
        Read("/ops/dead-letters/groups", letters.GroupAsync, Scopes.Read, Scopes.Ops).AsGroups();
        Read("/ops/dead-letters/{id}", letters.GetAsync, Scopes.Ops).AsLetter();
        Act("/ops/dead-letters/{id}/replay", changes.ReplayAsync).AsReplay();
        Act("/ops/dead-letters/{id}/discard", changes.DiscardAsync).AsDiscard();
        Act("/ops/dead-letters/{id}/restore", changes.RestoreAsync).AsRestore();
        Act("/ops/replays", replays.PostAsync).AsReplays();
        Read("/ops/replays/{id}", replays.GetAsync, Scopes.Read, Scopes.Ops).AsProgress();
        Act("/ops/discards", replays.DiscardAsync).AsDiscards();
        Read("/ops/audit", replays.AuditAsync, Scopes.Read, Scopes.Ops).AsAudit();

        IEndpointConventionBuilder Read(string path, Func<HttpContext, Task<IResult>> get, params IReadOnlyList<string> scopes) =>
            endpoints.MapMethods(path, ReadMethods.All, get).Needs(scopes).LimitedAsRead();

        IEndpointConventionBuilder Act(string path, Func<HttpContext, Task<IResult>> post) =>
            endpoints.MapPost(path, post).Needs(Scopes.Ops).LimitedAsRead();
    }
}

/// <summary>The scopes of the API for dead letters.</summary>
internal static class LetterScopes
{
    /// <summary>Also allows to send other content than a letter has.</summary>
    public const string Edit = "ops:edit";
}
