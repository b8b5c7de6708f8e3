using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RideIngest.Hosting.Retries;

namespace RideIngest.Hosting.Problems;

/// <summary>Turns unhandled exceptions and statuses without a body into problems.</summary>
internal sealed partial class ProblemHandler(IEnumerable<IExceptionProblem> sources, ILogger<ProblemHandler> logger) : IExceptionHandler
{
    private const int LongestPath = 200;

    private readonly Repeats _unavailable = new();

    public static void Use(IApplicationBuilder app) => app.UseExceptionHandler()

        // Record endpoints write all their problems themselves, and this middleware would cost every request.
        .UseWhen(context => context.GetEndpoint()?.Metadata.GetMetadata<RefusalForm>() is null, others =>
            others.UseStatusCodePages(failed =>
            {
                var context = failed.HttpContext;
                return (Problem.OfStatus(context.Response.StatusCode) with { Detail = Detail(context) }).ExecuteAsync(context);
            }));

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        // The client has disconnected, so there is no one to answer.
        if (httpContext.RequestAborted.IsCancellationRequested)
            return true;
        var problem = exception is IOException body ? Problem.OfBody(body) : null;
        var unavailable = sources.Select(source => source.ProblemOf(exception)).FirstOrDefault(found => found is not null);
        problem ??= unavailable?.Problem;
        if (unavailable is { } known)
        {
            if (_unavailable.Next(known.Reason) is { } repeated)
                Unavailable(httpContext.Request.Method, httpContext.Request.Path, known.Reason, repeated);
        }
        else if (problem is null)
            Unexpected(exception, httpContext.Request.Method, httpContext.Request.Path);
        await (problem ?? Problem.OfStatus(500) with
        {
            Detail = "The failure is logged under the trace id.",
        }).ExecuteAsync(httpContext);
        return true;
    }

    private static string? Detail(HttpContext context) => context.Response.StatusCode switch
    {
        404 => $"The path {Shown(context.Request.Path)} does not exist. This process serves {Operations(context)}; /docs describes them.",
        405 => $"{Shown(context.Request.Path)} supports {context.Response.Headers.Allow}, not {context.Request.Method}.",
        415 when context.Request.ContentType is { Length: > 0 } type => $"{type} is not supported at {Shown(context.Request.Path)}.",
        415 => "The request has no Content-Type.",
        _ => null,
    };

    private static string Operations(HttpContext context) => string.Join(", ", context.RequestServices
        .GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(endpoint => endpoint.Metadata.GetMetadata<IEndpointNameMetadata>() is not null)
        .Select(endpoint => endpoint.RoutePattern.RawText).Distinct().Order(StringComparer.Ordinal));

    private static string Shown(string? path) =>
        string.IsNullOrEmpty(path) ? "*" : path.Length <= LongestPath ? path : $"{path.AsSpan(0, LongestPath)}…";

    [LoggerMessage(1014, LogLevel.Warning, "{Method} {Path} could not be answered: {Reason}. The sender got a 503{Repeated}")]
    private partial void Unavailable(string method, string path, string reason, string repeated);

    [LoggerMessage(1005, LogLevel.Error, "{Method} {Path} failed with an unexpected exception; the sender got a 500")]
    private partial void Unexpected(Exception exception, string method, string path);
}
