using RideIngest.Console.Find;
using RideIngest.Console.Letters;
using RideIngest.Console.Overview;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Processes;
using RideIngest.Pages.Shell;
using RideIngest.Storage.Failures;
using RideIngest.Storage.Postgres;
using RideIngest.Storage.SharedKeys;
using RideIngest.Streams.Nats;

namespace RideIngest.Console;

/// <summary>The pages for operators of all systems, and the API for dead letters.</summary>
public sealed class ConsoleModule : IModule
{
    public string Name => "console";

    public void AddServices(IServiceCollection services) => services
        .AddScopes(Scopes.Read, Scopes.Ops)
        .AddNats(essential: false)
        .AddPostgres(essential: false)
        .AddLetters()
        .AddSharedKeys()
        .AddSingleton<HeardProcesses>().AddHostedService(provider => provider.GetRequiredService<HeardProcesses>())
        .AddSingleton<StreamSurvey>()
        .AddSingleton<ServerSurvey>()
        .AddSingleton<SystemQuestions>()
        .AddFailureStore()
        .AddPages(
            typeof(ConsoleModule).Assembly,
            new NavEntry("Overview", "/"), new NavEntry("Letters", "/letters"), new NavEntry("Find", "/find"));

    public void MapEndpoints(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPages();
        endpoints.MapLetters();
    }
}
