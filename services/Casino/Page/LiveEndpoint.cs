using System.Text.Json;
using RideIngest.Casino.Aggregates;

namespace RideIngest.Casino.Page;

/// <summary>
/// <c>GET /casino/live</c>: the view once a second, as server-sent events. Each event is complete, so a page may miss some.
/// </summary>
internal sealed class LiveEndpoint(EventAggregates aggregates, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private byte[] _view = [];
    private long _viewedAt;

    public async Task GetAsync(HttpContext http)
    {
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            do
            {
                await http.Response.Body.WriteAsync(View(), gone.Token);
                await http.Response.Body.FlushAsync(gone.Token);
            }
            while (await timer.WaitForNextTickAsync(gone.Token));
        }
        catch (OperationCanceledException)
        {
            // The reader has disconnected, or the process is shutting down.
        }
    }

    /// <summary>Builds the view once for all readers.</summary>
    private byte[] View()
    {
        lock (_gate)
        {
            if (_view.Length > 0 && clock.GetElapsedTime(_viewedAt) < Interval / 2)
                return _view;
            _viewedAt = clock.GetTimestamp();
            var json = aggregates.IsCounting
                ? JsonSerializer.SerializeToUtf8Bytes(aggregates.View, FiguresEndpoint.Json)
                : "null"u8.ToArray();
            return _view = [.. "data: "u8, .. json, .. "\n\n"u8];
        }
    }
}
