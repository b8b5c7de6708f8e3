using System.Buffers;
using System.Text.Json;
using RideIngest.Contracts.Outcomes;

namespace RideIngest.Contracts.Frames;

/// <summary>The outcome of one record of a frame, if it is not <see cref="Status.Stored"/>.</summary>
/// <param name="Index">The record's index in the frame, from 0.</param>
/// <param name="Id">Null when the id could not be read.</param>
public readonly record struct ReplyOutcome(int Index, long? Id, Outcome Outcome);

/// <summary>
/// The outcomes of one frame, which the consumer sends to the subject in <c>Ride-Reply</c>: counts, and the exceptions by index.
/// </summary>
/// <param name="Frame">The frame's id, if it had one.</param>
/// <param name="Sequence">The frame's sequence in the stream.</param>
/// <param name="Received">The number of records. 0 means that the message was not a frame and is kept as one dead letter.</param>
/// <param name="Exceptions">Every record that was not newly stored, by index. Only the first ones when <paramref
/// name="Truncated"/>.</param>
/// <param name="Truncated">Not all exceptions fit. Never set for a frame from a producer of this version, which is small enough.</param>
public sealed record FrameReply(string? Frame, ulong Sequence, int Received, IReadOnlyList<ReplyOutcome> Exceptions, bool Truncated = false)
{
    /// <summary>The longest error text, so that the exceptions of 500 records fit into half a megabyte.</summary>
    private const int LongestError = 400;

    private readonly int[] _counts = Count(Exceptions, Received, Truncated);

    public int Stored => Of(Status.Stored);

    public int Duplicate => Of(Status.Duplicate);

    public int Conflict => Of(Status.Conflict);

    public int Invalid => Of(Status.Invalid);

    public int Failed => Of(Status.Failed);

    public int Of(Status status) => _counts[(int)status];

    /// <summary>Appends the reply, and leaves out the last exceptions if it would exceed <paramref name="most"/> bytes.</summary>
    public void Write(IBufferWriter<byte> output, int most = int.MaxValue)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartObject();
        if (Frame is not null)
            json.WriteString("frame"u8, Frame);
        json.WriteNumber("seq"u8, Sequence);
        json.WriteNumber("received"u8, Received);
        foreach (var status in Settled)
            json.WriteNumber(status.Word(), Of(status));
        if (Exceptions.Count > 0)
        {
            json.WriteStartArray("exceptions"u8);
            var written = 0;
            for (; written < Exceptions.Count && json.BytesCommitted + json.BytesPending < most - (6 * LongestError) - 256; written++)
                Write(json, Exceptions[written]);
            json.WriteEndArray();
            if (Truncated || written < Exceptions.Count)
                json.WriteBoolean("truncated"u8, true);
        }
        json.WriteEndObject();
    }

    /// <returns>Null when the bytes are not a reply.</returns>
    public static FrameReply? Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return FrameReplyReader.Read(bytes);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <summary>The statuses that a reply can carry.</summary>
    public static ReadOnlySpan<Status> Settled => [Status.Stored, Status.Duplicate, Status.Conflict, Status.Invalid, Status.Failed];

    /// <summary>Replaces the counts, for a truncated reply whose exceptions do not add up to them.</summary>
    internal FrameReply WithCounts(int[] counts)
    {
        counts.CopyTo(_counts, 0);
        return this;
    }

    private static void Write(Utf8JsonWriter json, in ReplyOutcome exception)
    {
        json.WriteStartObject();
        json.WriteNumber("index"u8, exception.Index);
        if (exception.Id is { } id)
            json.WriteNumber("id"u8, id);
        json.WriteString("status"u8, exception.Outcome.Status.Word());
        if (exception.Outcome.Code is { } code)
            json.WriteString("code"u8, code);
        if (exception.Outcome.Message is { } error)
            json.WriteString("error"u8, error.AsSpan(0, Math.Min(error.Length, LongestError)));
        json.WriteEndObject();
    }

    private static int[] Count(IReadOnlyList<ReplyOutcome> exceptions, int received, bool truncated)
    {
        var counts = new int[Enum.GetValues<Status>().Length];
        foreach (var exception in exceptions)
            counts[(int)exception.Outcome.Status]++;
        if (!truncated)
            counts[(int)Status.Stored] = Math.Max(0, received - exceptions.Count);
        return counts;
    }
}
