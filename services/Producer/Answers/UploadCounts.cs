using System.Text.Json;
using RideIngest.Contracts.Outcomes;
using RideIngest.Hosting.Problems;

namespace RideIngest.Producer.Answers;

/// <summary>Counts an upload's outcomes and derives its status code.</summary>
internal sealed class UploadCounts
{
    private readonly long[] _by = new long[Enum.GetValues<Status>().Length];
    private long _refused;

    /// <summary>
    /// The refusal that applies to the whole upload. An unknown outcome of any record takes precedence over "nothing was kept".
    /// </summary>
    public Problem? Refusal { get; private set; }

    public long Received { get; private set; }

    public long Accepted => _by[(int)Status.Accepted];

    public long Failed => _by[(int)Status.Invalid] + _by[(int)Status.Conflict] + _by[(int)Status.Failed];

    /// <summary>Whether all records were refused, in which case the refusal is the answer.</summary>
    public bool NothingKept => Received > 0 && _refused == Received;

    public int StatusCode => Failed > 0 ? 207 : Accepted > 0 ? 202 : 200;

    public void Add(in UploadResult result)
    {
        Received++;
        _by[(int)result.Status]++;
        if (result.Refusal is null)
            return;
        _refused++;
        if (Refusal is null || result.Refusal.Status == 504)
            Refusal = result.Refusal;
    }

    /// <summary>Sets Retry-After for refused or accepted records.</summary>
    public void SayWhenToReturn(HttpResponse response, Func<TimeSpan> retryAfter)
    {
        var wait = Refusal?.RetryAfter ?? (Accepted > 0 ? retryAfter() : null as TimeSpan?);
        if (wait is { } again)
            response.Headers.RetryAfter = Problem.Seconds(again);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("received"u8, Received);
        json.WriteNumber("stored"u8, _by[(int)Status.Stored]);
        json.WriteNumber("duplicate"u8, _by[(int)Status.Duplicate]);
        json.WriteNumber("accepted"u8, Accepted);
        json.WriteNumber("failed"u8, Failed);
    }
}
