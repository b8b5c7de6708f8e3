using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RideIngest.Producer.Answers;

/// <summary>
/// Writes one JSON line per record as it settles, while the upload is still being read. The status code is sent with the first lines, so it
/// is exact for an upload that settles in one batch, and 200 for any other.
/// </summary>
internal sealed class UploadLines(HttpContext http, Func<TimeSpan> retryAfter) : IUploadAnswer
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public ValueTask<bool> HasRoomAsync(CancellationToken cancellationToken) => new(true);

    public async Task AddAsync(IEnumerable<UploadResult> results, bool last)
    {
        var response = http.Response;
        if (!response.HasStarted)
        {
            var settled = results.ToList();
            var counts = new UploadCounts();
            foreach (var result in settled)
                counts.Add(result);
            if (last && counts is { NothingKept: true, Refusal: { } refusal })
            {
                await refusal.ExecuteAsync(http);
                return;
            }
            response.StatusCode = last ? counts.StatusCode : 200;
            counts.SayWhenToReturn(response, retryAfter);
            response.ContentType = ContentTypes.JsonLines;
            results = settled;
        }
        Write(results, response.BodyWriter);
        await response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    public void Dispose()
    {
    }

    private static void Write(IEnumerable<UploadResult> results, IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output, Json);
        foreach (var result in results)
        {
            result.Write(json);
            json.Flush();
            json.Reset();
            output.Write("\n"u8);
        }
    }
}
