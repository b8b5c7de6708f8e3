using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace RideIngest.Hosting.Telemetry;

/// <summary>Creates counters at 0 at start: Prometheus does not see the step of a counter that appears with its first value.</summary>
internal sealed class CountersAtZero(Action create) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        create();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

public static class CountersAtZeroRegistration
{
    /// <param name="create">Adds 0 with every known combination of labels.</param>
    public static IServiceCollection AddCountersAtZero(this IServiceCollection services, Action create) =>
        services.AddSingleton<IHostedService>(new CountersAtZero(create));
}
