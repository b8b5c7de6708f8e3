using System.Text;

namespace NATS.Client.Core;

/// <summary>Headers in wire form: a version line, a line per value, an empty line.</summary>
internal static class NatsHeaderWriter
{
    private static ReadOnlySpan<byte> VersionLine => "NATS/1.0\r\n"u8;

    public static int Measure(NatsHeaders headers, Encoding encoding)
    {
        var length = VersionLine.Length + 2;
        foreach (var (key, values) in headers)
        {
            var keyLength = Encoding.ASCII.GetByteCount(key);
            foreach (var value in values)
                length += keyLength + 2 + encoding.GetByteCount(value ?? string.Empty) + 2;
        }

        return length;
    }

    /// <summary>Writes into a span of the measured length. Fails on what would let a value end its own line.</summary>
    public static void Write(NatsHeaders headers, Encoding encoding, Span<byte> target)
    {
        VersionLine.CopyTo(target);
        target = target[VersionLine.Length..];
        foreach (var (key, values) in headers)
        {
            foreach (var value in values)
            {
                target = target[Encoding.ASCII.GetBytes(key, target)..];
                ": "u8.CopyTo(target);
                target = target[2..];
                target = target[encoding.GetBytes(value ?? string.Empty, target)..];
                "\r\n"u8.CopyTo(target);
                target = target[2..];
            }
        }

        "\r\n"u8.CopyTo(target);
    }

    /// <summary>A key is visible ASCII without a colon, a value has no line break: else a value could smuggle in a header.</summary>
    public static void Validate(NatsHeaders headers)
    {
        foreach (var (key, values) in headers)
        {
            if (key.Length == 0)
                throw new NatsException("Header keys may not be empty");
            foreach (var c in key)
            {
                if (c is <= ' ' or ':' or > '~')
                    throw new NatsException($"Invalid header key '{key}': contains invalid characters.");
            }

            foreach (var value in values)
            {
                if (value.AsSpan().IndexOfAny('\r', '\n') >= 0)
                    throw new NatsException($"Invalid header value for key '{key}': contains CRLF.");
            }
        }
    }
}
