using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.WebUtilities;

namespace RideIngest.Platform.Hosting;

/// <summary>
/// A request that is no HTTP, or has headers beyond the limits, is refused by Kestrel before any middleware sees it, with a status and nothing else.
/// Kestrel tells of it at the moment when it is about to: then the problem goes out instead, as for every other failure.
/// </summary>
internal sealed class UnreadableRequests : IObserver<KeyValuePair<string, object?>>
{
    private const string Event = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    /// <summary>Lets the answer be given: on every connection of these endpoints.</summary>
    public static void Watch(KestrelServerOptions kestrel) => kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(next => connection =>
    {
        var output = new ConnectionOutput(connection.Transport.Output);
        connection.Transport = new Transport(connection.Transport.Input, output);
        connection.Features.Set(output);
        return next(connection);
    }));

    /// <summary>Gives it.</summary>
    public static IDisposable Answer(DiagnosticListener kestrel) => kestrel.Subscribe(new UnreadableRequests(), name => name == Event);

    public void OnNext(KeyValuePair<string, object?> told)
    {
        if (told.Key != Event || told.Value is not IFeatureCollection request
            || request.Get<IHttpResponseFeature>() is not { HasStarted: false } response
            || request.Get<ConnectionOutput>() is not { } output)
            return;
        var reason = request.Get<IBadRequestExceptionFeature>()?.Error?.Message;
        var problem = Problem.OfStatus(response.StatusCode) with { Detail = reason };
        var body = problem.Body(request.Get<IHttpRequestIdentifierFeature>()?.TraceIdentifier ?? "");
        var allow = response.Headers.Allow.Count > 0 ? $"Allow: {response.Headers.Allow}\r\n" : "";
        var head = string.Create(CultureInfo.InvariantCulture, $"""
            HTTP/1.1 {problem.Status} {ReasonPhrases.GetReasonPhrase(problem.Status)}
            Content-Type: {Problem.ContentType}
            Content-Length: {body.Length}
            Date: {DateTimeOffset.UtcNow:r}
            Connection: close

            """).ReplaceLineEndings("\r\n");
        output.EndWith([.. Encoding.ASCII.GetBytes(head + allow + "\r\n"), .. body.Span]);
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    private sealed record Transport(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
