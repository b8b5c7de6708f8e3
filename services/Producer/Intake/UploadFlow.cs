using System.Diagnostics;
using System.Threading.Channels;
using RideIngest.Contracts.Outcomes;
using RideIngest.Hosting.Access;
using RideIngest.Producer.Answers;
using RideIngest.Producer.Sending;
using RideIngest.Producer.Telemetry;
using RideIngest.Records.Kinds;
using RideIngest.Records.Uploads;

namespace RideIngest.Producer.Intake;

/// <summary>
/// Reads an upload, cuts it into frames, sends them and answers, all concurrently and with a limited number of frames. A frame leaves when
/// it is full, when the upload ends, or when the next bytes have not arrived and the previous frame is settled.
/// </summary>
internal sealed class UploadFlow(Kind kind, FrameSender sender, FrameLimits limits, int mostFrames)
{
    private readonly Channel<(UploadSegment Segment, bool Last)> _segments =
        Channel.CreateBounded<(UploadSegment, bool)>(new BoundedChannelOptions(mostFrames) { SingleReader = true, SingleWriter = true });

    private Task _lastOnItsWay = Task.CompletedTask;

    public required Func<long> Deadline { get; init; }

    /// <summary>The rate limit: each record read counts, valid or not; an unreadable upload counts as one.</summary>
    public KeyRate? Rate { get; init; }

    public required ReportedFailures Failures { get; init; }

    /// <summary>The name of the sender's key or token.</summary>
    public string? Sender { get; init; }

    /// <summary>The body of the upload, which must bring records at a minimum pace.</summary>
    public required PacedBody Body { get; init; }

    /// <summary>The estimated time after which the rest of an ended upload can be sent.</summary>
    public required Func<TimeSpan> RetryAfter { get; init; }

    public required CancellationToken SenderGone { get; init; }

    /// <returns>The problem, if the upload could not be read at all and nothing was answered.</returns>
    public async Task<Uploaded?> RunAsync(IAsyncEnumerable<Uploaded> upload, IUploadAnswer answer, ActivityContext trace)
    {
        var answering = AnswerAsync(answer);
        try
        {
            if (await ReadAsync(upload, answer, trace) is { } unreadable)
                return unreadable;
        }
        catch (Exception e)
        {
            _segments.Writer.TryComplete(e);
            await answering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        await answering;
        return null;
    }

    private async Task<Uploaded?> ReadAsync(IAsyncEnumerable<Uploaded> upload, IUploadAnswer answer, ActivityContext trace)
    {
        var segment = new UploadSegment(kind, trace);
        var any = false;
        await using var records = upload.GetAsyncEnumerator();
        while (true)
        {
            var next = records.MoveNextAsync().AsTask();
            if (!next.IsCompleted && segment.Count > 0 && await Task.WhenAny(next, _lastOnItsWay) != next)
            {
                await LeaveAsync(segment, last: false);
                segment = new UploadSegment(kind, trace);
            }
            if (!await next)
                break;
            if (records.Current.EndsUpload && !any)
            {
                Rate?.TryTake(1, out _);
                _segments.Writer.Complete();
                return records.Current;
            }
            any = true;
            Body.CountRecord();
            if (segment.Count == 0 && !records.Current.EndsUpload && !await answer.HasRoomAsync(SenderGone))
            {
                segment.Refuse(records.Current, Refusals.NoMoreOfUpload(RetryAfter()));
                break;
            }
            segment.Add(records.Current);
            if (limits.IsFull(segment.Frame) || segment.Count >= 2 * limits.MostRecords)
            {
                await LeaveAsync(segment, last: false);
                segment = new UploadSegment(kind, trace);
            }
        }
        await LeaveAsync(segment, last: true);
        _segments.Writer.Complete();
        return null;
    }

    private async Task LeaveAsync(UploadSegment segment, bool last)
    {
        while (segment.Count > 0 && Rate?.TryTake(segment.Count, out var wait) == false)
            await Task.Delay(wait, SenderGone);
        await _segments.Writer.WriteAsync((segment, last));
        if (segment.Frame.Count == 0)
        {
            segment.Frame.Stored([]);
            return;
        }
        segment.Frame.Deadline = Deadline();
        _lastOnItsWay = segment.Frame.Settled;
        _ = sender.SendAsync(segment.Frame);
    }

    private async Task AnswerAsync(IUploadAnswer answer)
    {
        try
        {
            await foreach (var (segment, last) in _segments.Reader.ReadAllAsync())
            {
                var results = segment.Results(await segment.Frame.Settled);
                await answer.AddAsync(Counted(results), last);
            }
        }
        catch (Exception e)
        {
            // Stop reading, because the answer can no longer be sent.
            _segments.Writer.TryComplete(e);
            throw;
        }
    }

    private List<UploadResult> Counted(IEnumerable<UploadResult> results)
    {
        var list = results.ToList();
        foreach (var status in list.CountBy(result => result.Status))
            ProducerTelemetry.Answered(kind, status.Key, status.Value);
        if (list.Find(result => result.Refusal is not null).Refusal is { } refusal)
            ProducerTelemetry.Refused.Add(1, new KeyValuePair<string, object?>("problem", refusal.Type));
        Failures.Listed(Sender, kind, list);
        return list;
    }
}
