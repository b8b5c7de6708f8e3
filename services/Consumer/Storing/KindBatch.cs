using System.Diagnostics;
using System.Globalization;
using RideIngest.Consumer.Frames;
using RideIngest.Consumer.Telemetry;
using RideIngest.Contracts.Frames;
using RideIngest.Contracts.Outcomes;
using RideIngest.Records.Kinds;
using RideIngest.Storage.Batches;
using RideIngest.Storage.DeadLetters;
using RideIngest.Streams.Rides;

namespace RideIngest.Consumer.Storing;

/// <summary>
/// Stores frames of one kind together: first their records in one transaction, then dead letters, then each frame's reply and ack.
/// </summary>
internal sealed partial class KindBatch(
    BatchStores stores, StoreGate gate, DeadLetterBox box, Settlement settlement, ILogger<KindBatch> logger)
{
    public async Task StoreAsync(Kind kind, IReadOnlyList<RecordFrame> frames, CancellationToken cancellationToken)
    {
        using var span = Start(kind, frames);
        try
        {
            await StoreAsync(kind, frames, span, cancellationToken);
        }
        catch (Exception e)
        {
            span?.SetStatus(ActivityStatusCode.Error, e.Message);
            throw;
        }
    }

    private async Task StoreAsync(Kind kind, IReadOnlyList<RecordFrame> frames, Activity? span, CancellationToken cancellationToken)
    {
        var incoming = Incoming(frames);
        var outcomes = await StoreAsync(kind, incoming, cancellationToken);
        var exceptions = new List<ReplyOutcome>[frames.Count];
        var letters = new List<DeadLetter>();
        var stored = 0;
        for (var i = 0; i < exceptions.Length; i++)
            exceptions[i] = Exceptions(frames[i], outcomes, ref stored, letters);
        if (letters.Count > 0)
        {
            // Repetitions of one record share a letter.
            var kept = letters.GroupBy(letter => (letter.Key, letter.Digest)).Select(same => same.First() with { Senders = same.Count() });
            await box.KeepAsync(kept, cancellationToken);
            DeadLettersKept(letters.Count, kind.Name, letters[0].Key, letters[0].Message);
            span?.SetStatus(ActivityStatusCode.Error, letters[0].Message);
        }
        span?.SetTag("rideingest.records", incoming.Count)?.SetTag("rideingest.frames", frames.Count);
        for (var i = 0; i < exceptions.Length; i++)
            await settlement.SettleAsync(frames[i], exceptions[i]);
    }

    private async Task<Outcome[]> StoreAsync(Kind kind, List<Incoming> incoming, CancellationToken cancellationToken)
    {
        if (incoming.Count == 0)
            return [];
        var since = Stopwatch.GetTimestamp();
        var outcomes = await gate.RunAsync(token => stores[kind].StoreAsync(incoming, token), cancellationToken);
        ConsumerTelemetry.Stored(kind.Name, incoming.Count, Stopwatch.GetElapsedTime(since));
        return outcomes;
    }

    private static List<Incoming> Incoming(IReadOnlyList<RecordFrame> frames)
    {
        var incoming = new List<Incoming>(frames.Sum(frame => frame.Lines.Count));
        foreach (var frame in frames)
        {
            for (var i = 0; i < frame.Lines.Count; i++)
            {
                if (frame.Lines[i].Reading.Record is Record<long> record)
                    incoming.Add(new Incoming(record, frame.Traces[i].TraceId));
            }
        }
        return incoming;
    }

    /// <summary>
    /// Returns the outcomes to report for a frame's records; <paramref name="next"/> is the index of the outcome of its next valid record.
    /// </summary>
    private static List<ReplyOutcome> Exceptions(RecordFrame frame, Outcome[] outcomes, ref int next, List<DeadLetter> letters)
    {
        var exceptions = new List<ReplyOutcome>();
        for (var i = 0; i < frame.Lines.Count; i++)
        {
            var reading = frame.Lines[i].Reading;
            var outcome = reading.IsValid ? outcomes[next++] : new Outcome(Status.Invalid, null, string.Join("; ", reading.Problems));
            if (outcome.Status == Status.Stored)
                continue;
            exceptions.Add(new ReplyOutcome(i, reading.Id.Number, outcome));
            if (IsLetter(outcome.Status, frame))
                letters.Add(Letter(frame, i, outcome));
        }
        return exceptions;
    }

    // A conflict is reported to the sender. Without a reply subject, its content would be lost unless it is kept.
    private static bool IsLetter(Status status, RecordFrame frame) =>
        status is Status.Failed or Status.Invalid || (status == Status.Conflict && frame.ReplyTo is null);

    private static DeadLetter Letter(RecordFrame frame, int index, Outcome outcome)
    {
        var line = frame.Lines[index];
        var bytes = FrameLines.AsObject(frame.Payload, line);
        return new DeadLetter
        {
            System = RidesSystem.Name,
            Stage = RidesSystem.StoreStage,
            Subject = frame.Subject,
            Kind = frame.KindName,
            Key = line.Reading.Id.ToString(),
            Digest = line.Reading.Record is { } record ? frame.Kind!.Digest(record) : DeadLetter.DigestOf(bytes.Span),
            Class = outcome.Status == Status.Failed ? DeadLetterClass.System : DeadLetterClass.Poison,
            Code = outcome.Code ?? outcome.Status.Word(),
            Message = outcome.Message ?? "Another record with this id is stored",
            Payload = bytes,
            TraceId = frame.Traces[index].TraceId == default ? null : frame.Traces[index].TraceId.ToString(),
            Attempts = frame.Deliveries,
        };
    }

    /// <summary>Starts the batch's span in the trace of its first recorded frame, with links to all other traces.</summary>
    private static Activity? Start(Kind kind, IReadOnlyList<RecordFrame> frames)
    {
        var owner = frames.FirstOrDefault(frame => frame.Trace.TraceFlags.HasFlag(ActivityTraceFlags.Recorded), frames[0]).Trace;
        var span = ConsumerTelemetry.StartStore(kind, owner);
        if (span is { IsAllDataRequested: true })
        {
            var others = frames.SelectMany(frame => frame.Traces).Where(trace => trace != default && trace.TraceId != owner.TraceId);
            foreach (var trace in others.Distinct())
                span.AddLink(new ActivityLink(trace));
        }
        return span;
    }

    [LoggerMessage(4502, LogLevel.Warning,
        "{Count} records of {Kind} could not be stored and are kept in ops.dead_letters. The first is {Id}: {Reason}")]
    private partial void DeadLettersKept(int count, string kind, string? id, string reason);
}
