using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace RideIngest.Hosting.Problems;

/// <summary>Makes a problem of every failure that nobody has described: an exception, or a status without a body.</summary>
internal sealed partial class ProblemHandler(ILogger<ProblemHandler> logger) : IExceptionHandler
{
    private const int LongestPath = 200;

    public static void Use(IApplicationBuilder app) => app.UseExceptionHandler()

        // Records have an answer of their own for everything, and pay for this with each request.
        .UseWhen(context => context.GetEndpoint()?.Metadata.GetMetadata<RefusalForm>() is null, others =>
            others.UseStatusCodePages(failed =>
            {
                var context = failed.HttpContext;
                return (Problem.OfStatus(context.Response.StatusCode) with { Detail = Detail(context) }).ExecuteAsync(context);
            }));

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        // The sender has gone; there is nobody to answer.
        if (httpContext.RequestAborted.IsCancellationRequested)
            return true;
        var problem = exception is IOException body ? Problem.OfBody(body) : null;
        if (problem is null)
            Unexpected(exception, httpContext.Request.Method, httpContext.Request.Path);
        await (problem ?? Problem.OfStatus(500) with
        {
            Detail = "The failure has been logged under the trace id.",
        }).ExecuteAsync(httpContext);
        return true;
    }

    private static string? Detail(HttpContext context) => context.Response.StatusCode switch
    {
        404 => $"Nothing is served at {Shown(context.Request.Path)}.",
        405 => $"{Shown(context.Request.Path)} serves {context.Response.Headers.Allow}, and not {context.Request.Method}.",
        415 when context.Request.ContentType is { Length: > 0 } type => $"{type} is not read at {Shown(context.Request.Path)}.",
        415 => "The request has no Content-Type.",
        _ => null,
    };

    private static string Shown(string? path) =>
        string.IsNullOrEmpty(path) ? "*" : path.Length <= LongestPath ? path : $"{path.AsSpan(0, LongestPath)}…";

    [LoggerMessage(1005, LogLevel.Error, "{Method} {Path} failed with an exception that nobody expected; the sender got a 500")]
    private partial void Unexpected(Exception exception, string method, string path);
}
