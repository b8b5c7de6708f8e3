using System.Net;
using System.Net.Http.Headers;
using System.Text;
using RideIngest.Faults.Worlds;

namespace RideIngest.Faults.Load;

/// <summary>Sends records to one process or another and writes down what it is told.</summary>
internal sealed class Sender(Ledger ledger, IContract contract) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly MediaTypeHeaderValue JsonLines = new("application/x-ndjson");

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        ConnectTimeout = TimeSpan.FromSeconds(2),
        MaxConnectionsPerServer = 1000,
    })
    {
        Timeout = Patience,
    };

    /// <param name="prefer">As the header <c>Prefer</c> has it.</param>
    public async Task<Attempt> SendAsync(
        Instance door, long id, int version, string? prefer = null, CancellationToken cancellationToken = default)
    {
        var sent = ledger.Now;
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(door.Url, contract.Path(id)))
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(contract.Json(id, version))) { Headers = { ContentType = Json } },
        };
        if (prefer is not null)
            request.Headers.Add("Prefer", prefer);
        var (status, body) = await ExchangeAsync(request, cancellationToken);
        var (told, receipt) = status > 0 ? contract.Read(id, status, body) : (status == 0 ? Told.NotSent : Told.Nothing, null);
        var attempt = new Attempt(version, (sent, ledger.Now), told, receipt);
        Note(door, $"{id} v{version} {prefer}", status, body, attempt);
        ledger.Add(id, attempt);
        return attempt;
    }

    /// <summary>Sends version 0 of so many records as one upload.</summary>
    public async Task<Attempt[]> UploadAsync(Instance door, long firstId, int count, CancellationToken cancellationToken = default)
    {
        var sent = ledger.Now;
        var lines = new StringBuilder(count * 400);
        for (var i = 0; i < count; i++)
            lines.Append(contract.Json(firstId + i, 0)).Append('\n');
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(door.Url, contract.UploadPath(firstId)))
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(lines.ToString())) { Headers = { ContentType = JsonLines } },
        };
        var (status, body) = await ExchangeAsync(request, cancellationToken);
        var told = status > 0
            ? contract.ReadUpload(firstId, count, status, body)
            : [.. Enumerable.Repeat((status == 0 ? Told.NotSent : Told.Nothing, (string?)null), count)];
        var attempts = Array.ConvertAll(told, one => new Attempt(0, (sent, ledger.Now), one.Told, one.Receipt));
        Note(
            door, $"upload {firstId}+{count}", status, body,
            attempts.FirstOrDefault(attempt => attempt.Told is Told.Nonsense or Told.Refused) ?? attempts[0]);
        for (var i = 0; i < count; i++)
            ledger.Add(firstId + i, attempts[i]);
        return attempts;
    }

    public void Dispose() => _http.Dispose();

    private void Note(Instance door, string request, int status, string body, Attempt attempt)
    {
        ledger.Write(attempt.At.Sent, attempt.At.Answered, door.Name, request, $"{status} {body}");
        if (attempt.Told is Told.Nonsense or Told.Refused)
            ledger.AddNonsense($"{request} was answered {status} {(body.Length > 300 ? body[..300] : body)}");
    }

    /// <returns>Status 0: nothing was sent. -1: something was, and no whole answer came.</returns>
    private async Task<(int Status, string Body)> ExchangeAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConnectionError)
        {
            return (0, e.Message);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return (-1, e.Message);
        }
    }
}
