using System.Text.Json;
using RideIngest.Contracts.Outcomes;

namespace RideIngest.Contracts.Frames;

/// <summary>Reads a <see cref="FrameReply"/> in one pass and ignores unknown properties.</summary>
internal static class FrameReplyReader
{
    internal static FrameReply? Read(ReadOnlySpan<byte> bytes)
    {
        var json = new Utf8JsonReader(bytes);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            return null;
        string? frame = null;
        ulong sequence = 0;
        var (received, truncated) = (-1, false);
        var counts = new int[Enum.GetValues<Status>().Length];
        List<ReplyOutcome>? exceptions = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.ValueSpan;
            if (name.SequenceEqual("frame"u8)) { json.Read(); frame = json.GetString(); }
            else if (name.SequenceEqual("seq"u8)) { json.Read(); sequence = json.GetUInt64(); }
            else if (name.SequenceEqual("received"u8)) { json.Read(); received = json.GetInt32(); }
            else if (name.SequenceEqual("truncated"u8)) { json.Read(); truncated = json.GetBoolean(); }
            else if (name.SequenceEqual("exceptions"u8)) { json.Read(); exceptions = Exceptions(ref json); }
            else if (StatusWord.TryParse(json.GetString(), out var status)) { json.Read(); counts[(int)status] = json.GetInt32(); }
            else
                json.Skip();
        }
        return received < 0 ? null : new FrameReply(frame, sequence, received, exceptions ?? [], truncated).WithCounts(counts);
    }

    private static List<ReplyOutcome> Exceptions(ref Utf8JsonReader json)
    {
        var exceptions = new List<ReplyOutcome>();
        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
            exceptions.Add(One(ref json));
        return exceptions;
    }

    private static ReplyOutcome One(ref Utf8JsonReader json)
    {
        var index = 0;
        long? id = null;
        var status = Status.Failed;
        string? code = null, error = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.ValueSpan;
            if (name.SequenceEqual("index"u8)) { json.Read(); index = json.GetInt32(); }
            else if (name.SequenceEqual("id"u8)) { json.Read(); id = json.GetInt64(); }
            else if (name.SequenceEqual("status"u8))
            {
                json.Read(); status = StatusWord.TryParse(json.GetString(), out var known)
                ? known
                : status;
            }
            else if (name.SequenceEqual("code"u8)) { json.Read(); code = json.GetString(); }
            else if (name.SequenceEqual("error"u8)) { json.Read(); error = json.GetString(); }
            else
                json.Skip();
        }
        return new ReplyOutcome(index, id, new Outcome(status, code, error));
    }
}
