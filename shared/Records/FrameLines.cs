namespace RideIngest.Records;

/// <summary>One record of a frame: where its line lies in the payload, and what it says.</summary>
public readonly record struct FrameLine(int Offset, int Length, Reading Reading);

/// <summary>A frame's payload: the records as JSON lines, in canonical form from a producer of ours and in any form from others.</summary>
public static class FrameLines
{
    /// <summary>Appends the frame's records to <paramref name="lines"/>, in order. Blank lines are no records; a bad line is one with problems.</summary>
    public static void Read(Kind kind, ReadOnlySpan<byte> payload, List<FrameLine> lines)
    {
        for (var offset = 0; offset < payload.Length;)
        {
            var rest = payload[offset..];
            var end = rest.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            if (line.IndexOfAnyExcept(" \t\r"u8) >= 0)
                lines.Add(new FrameLine(offset, line.Length, kind.Read(line)));
            offset += line.Length + 1;
        }
    }

    /// <summary>Appends a record to a payload, as one line.</summary>
    public static void Append(Kind kind, Record record, System.Buffers.IBufferWriter<byte> payload)
    {
        kind.WriteJson(record, payload);
        payload.GetSpan(1)[0] = (byte)'\n';
        payload.Advance(1);
    }
}
