using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using RideIngest.Contracts.Outcomes;

namespace RideIngest.Producer.Answers;

/// <summary>
/// Writes one JSON object when all records are settled: the counts, and the records that are neither stored nor duplicates or, on request,
/// all records.
/// </summary>
internal sealed class UploadSummary(HttpContext http, bool all, AnswerShare share, Func<TimeSpan> retryAfter) : IUploadAnswer
{
    private const int MostFailures = 10_000;
    private const int MostResults = 250_000;
    private const int MostText = 16 * 1024 * 1024;

    private readonly UploadCounts _counts = new();
    private readonly HeldResults _results = new(share);
    private int _failures;
    private long _text;
    private long _notListed;

    // Who asked for all results needs each of them. Otherwise an upload goes on, and results for which there is no memory are only counted.
    public ValueTask<bool> HasRoomAsync(CancellationToken cancellationToken) => all ? share.HasRoomAsync(cancellationToken) : new(true);

    public async Task AddAsync(IEnumerable<UploadResult> results, bool last)
    {
        var hasMemory = all || share.HasRoom;
        foreach (var result in results)
        {
            _counts.Add(result);
            if (!all && result.Status is Status.Stored or Status.Duplicate)
                continue;
            if (!hasMemory || !HasRoomFor(result))
            {
                _notListed++;
                continue;
            }
            _results.Add(result);
            _failures += result.IsFailure ? 1 : 0;
            _text += result.Error?.Length ?? 0;
        }
        await _results.FlushAsync();
        if (last)
            await EndAsync();
    }

    public void Dispose() => _results.Dispose();

    /// <summary>Bounds the answer by the number of results and the length of their errors.</summary>
    private bool HasRoomFor(in UploadResult result)
    {
        if (_text > MostText)
            return false;
        return ((all || !result.IsFailure) && _results.Count < MostResults) || (result.IsFailure && _failures < MostFailures);
    }

    private async Task EndAsync()
    {
        if (_counts is { NothingKept: true, Refusal: { } refusal })
        {
            await refusal.ExecuteAsync(http);
            return;
        }
        var response = http.Response;
        response.StatusCode = _counts.StatusCode;
        response.ContentType = ContentTypes.Json;
        _counts.SayWhenToReturn(response, retryAfter);
        await using (var json = new Utf8JsonWriter(response.BodyWriter))
        {
            json.WriteStartObject();
            _counts.Write(json);
            json.WriteStartArray("results"u8);
        }
        await _results.WriteToAsync(response.BodyWriter, http.RequestAborted);
        response.BodyWriter.Write("]"u8);
        if (_notListed > 0)
        {
            response.BodyWriter.Write(",\"truncated\":true,\"not_listed\":"u8);
            Span<byte> number = stackalloc byte[20];
            Utf8Formatter.TryFormat(_notListed, number, out var length);
            response.BodyWriter.Write(number[..length]);
        }
        response.BodyWriter.Write("}"u8);
    }
}
