using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RideIngest.Hosting.Health;

/// <summary>Something that a process needs before it is worth sending requests to.</summary>
public interface IReadinessCheck
{
    /// <summary>As it stands in <c>/readyz</c>: <c>nats</c>.</summary>
    string Name { get; }

    /// <returns>Null when it is there; otherwise what is missing, and what to do about it, for an operator to read.</returns>
    ValueTask<string?> MissingAsync(CancellationToken cancellationToken);
}

public static class ReadinessRegistration
{
    /// <param name="essential">
    /// Whether the process is not ready while this is missing, or only degraded: it says so, and goes on getting requests. If any module
    /// cannot do without, the process cannot.
    /// </param>
    public static IServiceCollection AddReadinessCheck<T>(
        this IServiceCollection services, bool essential = true) where T : class, IReadinessCheck
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IReadinessCheck, T>());
        return essential ? services.AddSingleton(new EssentialCheck(typeof(T))) : services;
    }
}

/// <summary>Says of a check that the process cannot do without what it looks for.</summary>
public sealed record EssentialCheck(Type Check);
