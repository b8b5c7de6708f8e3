namespace NATS.Client.Core;

/// <summary>Reads one control line.</summary>
internal static class LineParser
{
    private const int MaxSizeDigits = 9;
    private const int MaxSidDigits = 10;

    /// <summary>Fills in what the line says, and returns how many bytes of body follow it.</summary>
    public static int Parse(ReadOnlySpan<byte> line, ref WireCommand command, int maxPayload)
    {
        if (line.StartsWith("MSG "u8))
            return ParseMsg(line[4..], ref command, withHeaders: false, maxPayload);
        if (line.StartsWith("HMSG "u8))
            return ParseMsg(line[5..], ref command, withHeaders: true, maxPayload);
        if (line.SequenceEqual("PING"u8))
            command.Kind = WireKind.Ping;
        else if (line.SequenceEqual("PONG"u8))
            command.Kind = WireKind.Pong;
        else if (line.StartsWith("+OK"u8))
            command.Kind = WireKind.Ok;
        else if (line.StartsWith("INFO "u8))
            SetText(ref command, WireKind.Info, line[5..]);
        else if (line.StartsWith("-ERR"u8))
            SetText(ref command, WireKind.Error, line[4..].Trim(" '"u8));
        else
            throw Violation("an unknown command");
        return 0;
    }

    private static void SetText(ref WireCommand command, WireKind kind, ReadOnlySpan<byte> text)
    {
        command.Kind = kind;
        command.Text = text;
    }

    private static int ParseMsg(ReadOnlySpan<byte> arguments, ref WireCommand command, bool withHeaders, int maxPayload)
    {
        command.Kind = WireKind.Msg;
        command.Subject = NextToken(ref arguments);
        command.Sid = Number(NextToken(ref arguments), MaxSidDigits);
        var third = NextToken(ref arguments);
        var fourth = NextToken(ref arguments);
        var fifth = NextToken(ref arguments);
        var sizes = withHeaders ? 2 : 1;
        var tokens = 2 + (third.IsEmpty ? 0 : 1) + (fourth.IsEmpty ? 0 : 1) + (fifth.IsEmpty ? 0 : 1);
        if (!arguments.IsEmpty || tokens < 2 + sizes || tokens > 3 + sizes)
            throw Violation("a message with the wrong number of arguments");

        var hasReply = tokens == 3 + sizes;
        command.ReplyTo = hasReply ? third : default;
        var first = Number(hasReply ? fourth : third);
        command.HeaderLength = withHeaders ? first : 0;
        var total = withHeaders ? Number(hasReply ? fifth : fourth) : first;
        command.PayloadLength = total - command.HeaderLength;
        if (command.PayloadLength < 0)
            throw Violation("a message whose headers are longer than itself");
        if (total > maxPayload)
            throw Violation($"a message of {total} bytes, more than the {maxPayload} allowed");
        return total;
    }

    private static ReadOnlySpan<byte> NextToken(scoped ref ReadOnlySpan<byte> text)
    {
        text = text.TrimStart((byte)' ');
        var end = text.IndexOf((byte)' ');
        var token = end < 0 ? text : text[..end];
        text = end < 0 ? default : text[(end + 1)..];
        return token;
    }

    private static int Number(ReadOnlySpan<byte> digits, int most = MaxSizeDigits)
    {
        if (digits.IsEmpty || digits.Length > most)
            throw Violation("a number that is none");
        var number = 0L;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
                throw Violation("a number that is none");
            number = (number * 10) + (digit - '0');
        }

        return number <= int.MaxValue ? (int)number : throw Violation("a number that is none");
    }

    private static NatsProtocolViolationException Violation(string what) => new($"Protocol violation by the server: {what}");
}
