using System.Text;

namespace RideIngest.Integration.BadInput;

/// <summary>What goes wrong with bytes on their way, and what people send who try things out.</summary>
internal sealed class Damage(Random random)
{
    private const int MostChanges = 4;

    private static readonly byte[][] Nasty =
    [
        .. new[]
        {
            "\0", "\"", "\\", "\n", "\r", "\r\n", ",", ",,", "{", "}", "[", "]", ":", "\uFEFF", "\u2028", "\u202E", "😀", "\\ud800", "\\udc00\\ud800", "\\u0000", "\\x", "/*", "//",
            "null", "NULL", "true", "NaN", "Infinity", "-0", "1e400", "-1e400", "1e-400", "1e-30", "0.1e1", "00", "9223372036854775807", "9223372036854775808", "-9223372036854775809",
            "99999999999999999999999999999999999999", "2013-02-30T00:00:00Z", "0000-00-00", "9999-12-31T23:59:59.9999999-14:00", "24:00", "\"id\":1,", ",\"ID\":2", "\"\":1,", "id", "=1+1",
            "\"\"", "'", ";", "\t", "\u0001", "\u007f", "%00", "<x>", "\n\n\n", "\"\n\"", "[1,2", "{\"a\":", "\"user_di\":1,",
        }.Select(Encoding.UTF8.GetBytes),
        [0xC0, 0x80], [0xC1, 0xA1], [0xE0, 0x80, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80],
        [0xFF], [0xFE, 0xFF], [0x80], [0x1F, 0x8B, 8],
        Encoding.UTF8.GetBytes(new string('[', 10_000)),
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 10_000))),
        Encoding.UTF8.GetBytes(new string('9', 5_000)),
        Encoding.UTF8.GetBytes(new string(' ', 70_000)),
        Encoding.UTF8.GetBytes(new string('x', 70_000)),
    ];

    /// <summary>Any damage at all.</summary>
    public byte[] To(byte[] bytes)
    {
        var damaged = new List<byte>(bytes);
        for (var changes = random.Next(1, MostChanges + 1); changes > 0; changes--)
            Change(damaged);
        return [.. damaged];
    }

    /// <summary>Damage to single bytes, which neither adds nor takes away any of <paramref name="structure"/>.</summary>
    public byte[] Within(byte[] bytes, string structure)
    {
        var damaged = (byte[])bytes.Clone();
        for (var changes = random.Next(1, 6); changes > 0; changes--)
        {
            var (at, value) = (random.Next(damaged.Length), (byte)random.Next(256));
            if (!structure.Contains((char)value, StringComparison.Ordinal)
                && !structure.Contains((char)damaged[at], StringComparison.Ordinal))
                damaged[at] = value;
        }
        return damaged;
    }

    private void Change(List<byte> bytes)
    {
        var at = random.Next(bytes.Count + 1);
        var length = Math.Min(random.Next(1, 40), bytes.Count - at);
        switch (random.Next(8))
        {
            case 0 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 1:
                bytes.RemoveRange(at, length);
                break;
            case 2:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 3 when random.Next(3) == 0:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 4 when random.Next(10) == 0:
                bytes.AddRange(bytes.ToArray());
                break;
            case 5:
                bytes.RemoveRange(at, length);
                bytes.InsertRange(at, Any());
                break;
            default:
                bytes.InsertRange(at, Any());
                break;
        }
    }

    /// <summary>Something in place of a value.</summary>
    public string?[] To(string?[] values)
    {
        var damaged = (string?[])values.Clone();
        damaged[random.Next(damaged.Length)] = random.Next(4) == 0 ? null : Encoding.UTF8.GetString(Any());
        return damaged;
    }

    private byte[] Any() => Nasty[random.Next(Nasty.Length)];
}
