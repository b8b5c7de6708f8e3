using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace RideIngest.Parking.Summary;

/// <summary>Has summaries written to the summary file.</summary>
internal interface ISummaryServer
{
    /// <summary>Which server, in messages.</summary>
    string Name { get; }

    /// <returns>The summaries that it refuses, by index, with the reason. It has written all others.</returns>
    /// <exception cref="SummaryServerException">It is unavailable, or its answer is not that of a summary server.</exception>
    Task<Dictionary<int, string>> WriteAsync(ReadOnlyMemory<VehicleSummary> summaries, CancellationToken cancellationToken);
}

/// <summary>The summary server at <c>parking.summary.url</c>, called with <c>POST /parkinglog/batch</c>.</summary>
internal sealed class SummaryServer(string url, string? key) : ISummaryServer, IDisposable
{
    private const int LineBytes = 256;

    private static readonly VehicleSummaryKind Kind = new();
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(2) })
    {
        MaxResponseContentBufferSize = 16 << 20,
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public string Name { get; } = url.TrimEnd('/');

    public async Task<Dictionary<int, string>> WriteAsync(ReadOnlyMemory<VehicleSummary> summaries, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await PostAsync(summaries, cancellationToken);
            return answer.StatusCode switch
            {
                HttpStatusCode.Created => [],
                HttpStatusCode.MultiStatus => (await ReadAsync(answer, cancellationToken)).Problems?
                    .ToDictionary(problem => (int)problem.Index, problem => problem.Detail) ?? [],
                HttpStatusCode.UnprocessableEntity or HttpStatusCode.RequestEntityTooLarge => summaries.Length > 1
                    ? await WriteHalvesAsync(summaries, cancellationToken)
                    : new() { [0] = (await ReadAsync(answer, cancellationToken)).Detail },
                HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => throw new SummaryServerException(
                    $"it answers {(int)answer.StatusCode}: parking.summary.key must be a key with the scope parking:write"),
                HttpStatusCode.ServiceUnavailable => throw new SummaryServerException(
                    $"it answers 503: {(await ReadAsync(answer, cancellationToken)).Detail}"),
                var other => throw new SummaryServerException($"it answers {(int)other}"),
            };
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UriFormatException)
        {
            throw new SummaryServerException(e.GetBaseException().Message, e);
        }
        catch (JsonException e)
        {
            throw new SummaryServerException("its answer is not that of a summary server", e);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> PostAsync(ReadOnlyMemory<VehicleSummary> summaries, CancellationToken cancellationToken)
    {
        var lines = new ArrayBufferWriter<byte>(LineBytes * summaries.Length);
        foreach (var summary in summaries.Span)
        {
            Kind.WriteJson(summary, lines);
            lines.Write("\n"u8);
        }
        using var content = new ReadOnlyMemoryContent(lines.WrittenMemory);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{Name}/parkinglog/batch")) { Content = content };
        if (key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return await _http.SendAsync(request, cancellationToken);
    }

    // A server that refuses all of them may take some.
    private async Task<Dictionary<int, string>> WriteHalvesAsync(
        ReadOnlyMemory<VehicleSummary> summaries, CancellationToken cancellationToken)
    {
        var half = summaries.Length / 2;
        var refused = await WriteAsync(summaries[..half], cancellationToken);
        foreach (var (index, reason) in await WriteAsync(summaries[half..], cancellationToken))
            refused[half + index] = reason;
        return refused;
    }

    private static async Task<SummaryAnswer> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        return await JsonSerializer.DeserializeAsync<SummaryAnswer>(body, Json, cancellationToken) is { Detail: not null } read
            ? read
            : throw new JsonException();
    }
}

/// <summary>The summary server is unavailable, or its answer is invalid.</summary>
internal sealed class SummaryServerException(string reason, Exception? inner = null) : Exception(reason, inner);
