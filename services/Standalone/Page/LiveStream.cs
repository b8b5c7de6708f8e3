using System.Buffers;

namespace RideIngest.Standalone.Page;

/// <summary>
/// Serves <c>/rides/stream</c>: server-sent events with the history, then one state per second. It ends when shutdown begins, so that an
/// open page does not delay the drain.
/// </summary>
internal sealed class LiveStream(LiveFeed feed, IHostApplicationLifetime lifetime)
{
    public async Task GetAsync(HttpContext http)
    {
        using var watcher = feed.Enter();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        try
        {
            await TellAsync(http.Response, "event: history\ndata: "u8.ToArray(), watcher.History, end.Token);
            await foreach (var state in watcher.StatesAsync(end.Token))
                await TellAsync(http.Response, "data: "u8.ToArray(), state, end.Token);
        }
        catch (OperationCanceledException)
        {
            // The client disconnected, or the process is shutting down.
        }
    }

    private static async Task TellAsync(HttpResponse response, byte[] head, byte[] json, CancellationToken cancellationToken)
    {
        response.BodyWriter.Write(head);
        response.BodyWriter.Write(json);
        response.BodyWriter.Write("\n\n"u8);
        await response.BodyWriter.FlushAsync(cancellationToken);
    }
}
