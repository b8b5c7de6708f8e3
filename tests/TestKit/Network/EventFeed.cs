using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using RideIngest.TestKit.Waiting;

namespace RideIngest.TestKit.Network;

/// <summary>
/// A client of server-sent events about things that have an id, which remembers the last event of each. It connects again when the
/// connection ends, and says which event it had last.
/// </summary>
public sealed class EventFeed : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<long, JsonNode> _last = [];
    private readonly Task _reading;

    /// <param name="lastId">Of a client that comes back.</param>
    public EventFeed(Uri url, string? lastId = null)
    {
        LastId = lastId;
        _reading = ReadAsync(url);
    }

    /// <summary>The id of the last event that has one.</summary>
    public string? LastId { get; private set; }

    public JsonNode? Find(long id)
    {
        lock (_gate)
            return _last.GetValueOrDefault(id);
    }

    /// <summary>Waits until the last event about a thing is as wanted.</summary>
    public Task UntilAsync(long id, Func<JsonNode, bool> wanted) => Eventually.True(() => Find(id) is { } read && wanted(read));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task ReadAsync(Uri url)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await ConnectAsync(url);
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // The process is away.
            }
            await Task.Delay(Pause, _stop.Token);
        }
    }

    private async Task ConnectAsync(Uri url)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (LastId is not null)
            request.Headers.Add("Last-Event-ID", LastId);
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _stop.Token);
        response.EnsureSuccessStatusCode();
        await using var stream = await response.Content.ReadAsStreamAsync(_stop.Token);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(_stop.Token))
        {
            var read = JsonNode.Parse(item.Data)!;
            lock (_gate)
            {
                LastId = item.EventId is { Length: > 0 } id ? id : LastId;
                _last[(long)read["id"]!] = read;
            }
        }
    }
}
