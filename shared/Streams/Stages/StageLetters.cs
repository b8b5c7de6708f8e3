using RideIngest.Storage.DeadLetters;

namespace RideIngest.Streams.Stages;

/// <summary>Builds the dead letters of a frame.</summary>
internal static class StageLetters
{
    public static List<DeadLetter> Of<TEvent>(
        StageDefinition stage, EventFormat<TEvent> format, EventFrame<TEvent> frame, ReadOnlySpan<StepResult> results)
    {
        var letters = new List<DeadLetter>();
        foreach (var (line, key, reason) in frame.Unreadable)
            letters.Add(Letter(key, "unreadable", reason, line, DeadLetterClass.Poison, frame.Trace.TraceId));
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i].Rest is { IsRetry: false } letter)
            {
                var item = frame.Events[i];
                letters.Add(Letter(
                    format.KeyOf(item), letter.Code, letter.Reason, format.Line(item), letter.Class, frame.TraceOf(i).TraceId));
            }
        }
        return letters;

        DeadLetter Letter(
            string? key, string code, string reason, ReadOnlyMemory<byte> payload, DeadLetterClass @class,
            System.Diagnostics.ActivityTraceId trace) => new()
            {
                System = stage.System,
                Stage = stage.Name,
                Subject = stage is { Stream.IsFanOut: true, Retries: { } retries } ? retries.Subject : frame.Subject,
                Kind = format.Kind,
                Key = key,
                Class = @class,
                Code = code,
                Message = reason,
                Payload = payload,
                Digest = DeadLetter.DigestOf(payload.Span),
                TraceId = trace == default ? null : trace.ToString(),
                Attempts = frame.Attempts,
            };
    }
}
