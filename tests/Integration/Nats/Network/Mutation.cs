using System.Text;

namespace RideIngest.Integration.Nats.Network;

/// <summary>Damages a transcript as its seed says: the same seed, the same bytes.</summary>
internal sealed class Mutation(int seed)
{
    private static readonly string[] Numbers =
        ["0", "-1", "1", "65536", "2147483647", "2147483648", "4294967296", "9223372036854775808", "99999999999999999999", "00005", "1e3", "0x10", " "];

    private static readonly string[] Fragments =
        ["\r\n", "\r", "\n", "\0", " ", "\t", "MSG", "HMSG", "INFO {", "-ERR ", "-ERR '", "PING\r\n", "PONG\r\n", "+OK\r\n", "NATS/1.0 ", "NATS/1.0 503\r\n\r\n", "{\"a\":", "\uFEFF"];

    private readonly Random _random = new(seed);

    public byte[] Apply(string transcript)
    {
        var bytes = new List<byte>(Encoding.UTF8.GetBytes(transcript));
        for (var times = 1 + _random.Next(4); times > 0; times--)
            Damage(bytes);
        return [.. bytes];
    }

    private void Damage(List<byte> bytes)
    {
        var at = _random.Next(bytes.Count + 1);
        var length = Math.Min(_random.Next(1, 24), bytes.Count - at);
        switch (_random.Next(9))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)_random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 4:
                bytes.InsertRange(at, Encoding.UTF8.GetBytes(Fragments[_random.Next(Fragments.Length)]));
                break;
            case 5:
                var garbage = new byte[_random.Next(1, 200)];
                _random.NextBytes(garbage);
                bytes.InsertRange(at, garbage);
                break;
            case 6:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 7:
                bytes.InsertRange(at, Enumerable.Repeat((byte)'A', _random.Next(1, 70_000)));
                break;
            default:
                ReplaceNumber(bytes, at);
                break;
        }
    }

    private void ReplaceNumber(List<byte> bytes, int from)
    {
        var start = bytes.FindIndex(Math.Min(from, bytes.Count), each => each is >= (byte)'0' and <= (byte)'9');
        if (start < 0)
            return;
        var end = start;
        while (end < bytes.Count && bytes[end] is >= (byte)'0' and <= (byte)'9')
            end++;
        bytes.RemoveRange(start, end - start);
        bytes.InsertRange(start, Encoding.ASCII.GetBytes(Numbers[_random.Next(Numbers.Length)]));
    }
}
