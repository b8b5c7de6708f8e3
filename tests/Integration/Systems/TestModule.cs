using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RideIngest.Hosting.Processes;

namespace RideIngest.Integration.Systems;

/// <summary>A module of a test's own making.</summary>
internal sealed class TestModule(Action<IServiceCollection>? services = null, Action<IEndpointRouteBuilder>? endpoints = null) : IModule
{
    public string Name => "test";

    public void AddServices(IServiceCollection target) => services?.Invoke(target);

    public void MapEndpoints(IEndpointRouteBuilder target) => endpoints?.Invoke(target);

    /// <summary>A host with this module on a port of its own.</summary>
    public async Task<RideIngestHost> StartAsync(params string[] args)
    {
        var host = Create(args);
        await host.StartAsync();
        return host;
    }

    public RideIngestHost Create(params string[] args) =>
        RideIngestHost.Create("test", ["--urls", "http://127.0.0.1:0", "--logging:level=fatal", .. args], this);
}

internal static class TestClient
{
    public static HttpClient Client(this RideIngestHost host) => new() { BaseAddress = new Uri(host.Urls[0]) };
}
