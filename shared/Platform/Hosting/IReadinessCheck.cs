using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RideIngest.Platform.Hosting;

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
    public static IServiceCollection AddReadinessCheck<T>(this IServiceCollection services) where T : class, IReadinessCheck
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IReadinessCheck, T>());
        return services;
    }
}
