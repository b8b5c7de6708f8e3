using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RideIngest.Hosting.Health;

/// <summary>Checks a dependency that a process needs to serve requests.</summary>
public interface IReadinessCheck
{
    /// <summary>The name in <c>/readyz</c>, such as <c>nats</c>.</summary>
    string Name { get; }

    /// <returns>Null if the dependency is available; otherwise what is missing and what the operator can do.</returns>
    ValueTask<string?> MissingAsync(CancellationToken cancellationToken);
}

public static class ReadinessRegistration
{
    /// <param name="essential">Whether the process is not ready without it. Otherwise the process is degraded and still gets requests.
    /// Essential for one module means essential for the process.</param>
    public static IServiceCollection AddReadinessCheck<T>(
        this IServiceCollection services, bool essential = true) where T : class, IReadinessCheck
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IReadinessCheck, T>());
        return essential ? services.AddSingleton(new EssentialCheck(typeof(T))) : services;
    }
}

/// <summary>Marks a readiness check as essential.</summary>
public sealed record EssentialCheck(Type Check);
