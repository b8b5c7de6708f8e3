using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Problems;

namespace RideIngest.Hosting.Access;

/// <summary>How many requests of a caller are answered at once, by ASP.NET Core's rate limiter.</summary>
public static class RequestLimits
{
    private const string Reads = "reads";
    private const string LivePages = "live pages";

    /// <summary>A request that reads what is stored: <c>hosting.reads</c>.</summary>
    public static TBuilder LimitedAsRead<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.RequireRateLimiting(Reads);

    /// <summary>A stream for a page that is open: <c>hosting.live_pages</c>.</summary>
    public static TBuilder LimitedAsLivePage<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.RequireRateLimiting(LivePages);

    internal static IServiceCollection AddRequestLimits(this IServiceCollection services, HostingSettings settings) =>
        services.AddRateLimiter(limits => limits
            .AddPolicy(Reads, new CallerLimit(settings.Reads, "hosting.reads", TimeSpan.FromSeconds(1)))
            .AddPolicy(LivePages, new CallerLimit(settings.LivePages, "hosting.live_pages", TimeSpan.FromSeconds(5))));
}

/// <summary>So many requests of one caller at once; where no key is asked for, of all together.</summary>
internal sealed class CallerLimit(int most, string setting, TimeSpan retryAfter) : IRateLimiterPolicy<string>
{
    public Func<OnRejectedContext, CancellationToken, ValueTask> OnRejected { get; } = (rejected, _) => new((Problem.OfStatus(429) with
    {
        Detail = string.Create(CultureInfo.InvariantCulture, $"At most {most} requests of one sender are answered at once ({setting})."),
        RetryAfter = retryAfter,
    }).ExecuteAsync(rejected.HttpContext));

    public RateLimitPartition<string> GetPartition(HttpContext httpContext) => RateLimitPartition.GetConcurrencyLimiter(
        Caller.Of(httpContext)?.Name ?? "", _ => new ConcurrencyLimiterOptions { PermitLimit = most, QueueLimit = 0 });
}
