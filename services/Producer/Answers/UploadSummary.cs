using System.Buffers;
using System.Text.Json;

namespace RideIngest.Producer.Answers;

/// <summary>Writes one JSON object when all records are settled: the counts, and the failures or, on request, all records.</summary>
internal sealed class UploadSummary(HttpContext http, bool all, AnswerShare share, Func<TimeSpan> retryAfter) : IUploadAnswer
{
    private const int MostFailures = 10_000;
    private const int MostOfAll = 250_000;
    private const int MostText = 16 * 1024 * 1024;

    private readonly UploadCounts _counts = new();
    private readonly HeldResults _results = new(share);
    private int _failures;
    private long _text;
    private bool _truncated;

    public ValueTask<bool> HasRoomAsync(CancellationToken cancellationToken) => share.HasRoomAsync(cancellationToken);

    public async Task AddAsync(IEnumerable<UploadResult> results, bool last)
    {
        foreach (var result in results)
        {
            _counts.Add(result);
            if (!all && !result.IsFailure)
                continue;

            // Bounds the answer by the number of results and the length of their errors.
            if (!HasRoomFor(result))
            {
                _truncated = true;
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

    private bool HasRoomFor(in UploadResult result)
    {
        if (_text > MostText)
            return false;
        return (all && _results.Count < MostOfAll) || (result.IsFailure && _failures < MostFailures);
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
        response.BodyWriter.Write(_truncated ? "],\"truncated\":true}"u8 : "]}"u8);
    }
}
