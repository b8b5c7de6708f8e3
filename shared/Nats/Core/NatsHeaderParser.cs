using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace NATS.Client.Core;

/// <summary>Reads the header block of a message.</summary>
public class NatsHeaderParser(Encoding encoding)
{
    /// <summary>Adds to <paramref name="headers"/> what the reader holds. False when that is not a header block.</summary>
    public bool ParseHeaders(SequenceReader<byte> reader, NatsHeaders headers)
    {
        var block = reader.UnreadSequence;
        return TryParse(block.IsSingleSegment ? block.FirstSpan : block.ToArray(), headers);
    }

    /// <summary>Never fails: what cannot be read is the Error of the headers returned.</summary>
    internal NatsHeaders Parse(in ReadOnlySequence<byte> block)
    {
        var headers = new NatsHeaders();
        if (!TryParse(block.IsSingleSegment ? block.FirstSpan : block.ToArray(), headers))
            headers.Error = new NatsHeaderParseException(block.ToArray(), new FormatException("Not a NATS header block"));
        headers.SetReadOnly();
        return headers;
    }

    /// <summary>The status on the version line, 0 when there is none. Reads nothing else.</summary>
    internal static int PeekCode(ReadOnlySpan<byte> block) =>
        block.StartsWith("NATS/1.0 "u8) && Utf8Parser.TryParse(block[9..], out int code, out _) ? code : 0;

    private bool TryParse(ReadOnlySpan<byte> block, NatsHeaders headers)
    {
        if (!TryReadLine(ref block, out var line) || !line.StartsWith("NATS/1.0"u8))
            return false;

        ReadStatus(line[8..].Trim((byte)' '), headers);
        while (TryReadLine(ref block, out line))
        {
            if (line.IsEmpty)
                return true;
            var colon = line.IndexOf((byte)':');
            if (colon <= 0)
                return false;
            headers.Append(KnownHeaders.Name(line[..colon]), encoding.GetString(line[(colon + 1)..].Trim(" \t"u8)));
        }

        return block.IsEmpty;
    }

    private static bool TryReadLine(ref ReadOnlySpan<byte> block, out ReadOnlySpan<byte> line)
    {
        var end = block.IndexOf("\r\n"u8);
        line = end < 0 ? default : block[..end];
        if (end >= 0)
            block = block[(end + 2)..];
        return end >= 0;
    }

    private static void ReadStatus(ReadOnlySpan<byte> status, NatsHeaders headers)
    {
        if (status.IsEmpty || !Utf8Parser.TryParse(status, out int code, out var digits))
            return;
        headers.Code = code;
        (headers.Message, headers.MessageText) = KnownHeaders.Status(status[digits..].Trim((byte)' '));
    }
}
