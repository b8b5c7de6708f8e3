using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace RideIngest.Platform.Hosting;

/// <summary>Makes a problem of every failure that nobody has described: an exception, or a status without a body.</summary>
internal sealed partial class ProblemPages(RequestDelegate next, ILogger<ProblemPages> logger)
{
    private const int LongestPath = 200;

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The sender has gone; there is nobody to answer.
            return;
        }
        catch (IOException e) when (!context.Response.HasStarted && Problem.OfBody(e) is { } problem)
        {
            context.Response.Clear();
            await Answer(context, problem);
            return;
        }
        catch (Exception e)
        {
            Unexpected(e, context.Request.Method, context.Request.Path);
            if (context.Response.HasStarted)
            {
                // Cut off, so that half an answer cannot pass for a whole one.
                context.Abort();
                return;
            }

            context.Response.Clear();
            await Answer(context, Problem.OfStatus(500) with { Detail = "The failure has been logged under the trace id." });
            return;
        }

        var response = context.Response;
        if (response.StatusCode >= 400 && !response.HasStarted && response.ContentLength is null && response.ContentType is null)
            await Answer(context, Problem.OfStatus(response.StatusCode) with { Detail = Detail(context) });
    }

    private static Task Answer(HttpContext context, Problem problem) => problem.ExecuteAsync(context);

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
