using System.Text.Json;
using RideIngest.Contracts.Outcomes;
using RideIngest.Hosting.Problems;

namespace RideIngest.Producer.Answers;

/// <summary>An upload's outcomes in numbers, and the status code that they make.</summary>
internal sealed class UploadCounts
{
    private readonly long[] _by = new long[Enum.GetValues<Status>().Length];
    private long _refused;

    /// <summary>The refusal that is true of the whole: where of some records nobody knows, it is not said that none was kept.</summary>
    public Problem? Refusal { get; private set; }

    public long Received { get; private set; }

    public long Accepted => _by[(int)Status.Accepted];

    public long Failed => _by[(int)Status.Invalid] + _by[(int)Status.Conflict] + _by[(int)Status.Failed];

    /// <summary>Not one record got anywhere: then that is the answer to the whole.</summary>
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

    /// <summary>When to send again what was refused, or to ask for what was accepted.</summary>
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
