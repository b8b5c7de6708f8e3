using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.BadInput;

/// <summary>An HTTP exchange byte by byte, since no client library sends what is meant here.</summary>
internal static class RawHttp
{

    /// <summary>Sends the bytes on a connection of their own and reads until the server closes it.</summary>
    /// <param name="whole">The request ends where it says; if not, the sender's side is closed after it, and an answer is not owed.</param>
    /// <exception cref="OperationCanceledException">It hangs.</exception>
    public static async Task<RawAnswer> SendAsync(int port, ReadOnlyMemory<byte> request, bool whole = true)
    {
        using var deadline = new CancellationTokenSource(Deadlines.Hang);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port, deadline.Token);
        var sending = SendAsync(socket, request, whole, deadline.Token);
        var received = new MemoryStream();
        var buffer = new byte[16 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, deadline.Token) is > 0 and var count)
                received.Write(buffer, 0, count);
        }
        catch (SocketException)
        {
            // The server closed with bytes of ours unread: what it said before counts.
        }
        await sending;
        return RawAnswer.Parse(received.ToArray());
    }

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> request, bool whole, CancellationToken cancellationToken)
    {
        try
        {
            while (!request.IsEmpty)
                request = request[await socket.SendAsync(request, cancellationToken)..];
            if (!whole)
                socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The server has heard enough.
        }
    }
}

/// <summary>What came back first; <see cref="Status"/> is 0 when nothing did.</summary>
internal sealed record RawAnswer(int Status, string? ContentType, string Body)
{
    public static RawAnswer Parse(ReadOnlySpan<byte> bytes)
    {
        // Leave given to send the body is no answer yet.
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (bytes.StartsWith("HTTP/1.1 100 "u8))
            return Parse(bytes[(end + 4)..]);
        if (end < 0)
            return new RawAnswer(0, null, Encoding.UTF8.GetString(bytes));
        var head = Encoding.ASCII.GetString(bytes[..end]).Split("\r\n");
        var body = bytes[(end + 4)..];
        return new RawAnswer(
            int.Parse(head[0].Split(' ')[1], CultureInfo.InvariantCulture),
            Header("Content-Type")?.Split(';')[0],
            Header("Transfer-Encoding") == "chunked" ? Joined(body)
                : Encoding.UTF8.GetString(Header("Content-Length") is { } length
                    ? body[..Math.Min(body.Length, int.Parse(length, CultureInfo.InvariantCulture))]
                    : body));

        string? Header(string name) =>
            head.FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();
    }

    private static string Joined(ReadOnlySpan<byte> chunks)
    {
        var body = new MemoryStream();
        while (chunks.IndexOf("\r\n"u8) is > 0 and var end)
        {
            var length = int.Parse(chunks[..end], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (length == 0)
                break;
            body.Write(chunks.Slice(end + 2, length));
            chunks = chunks[(end + 2 + length + 2)..];
        }
        return Encoding.UTF8.GetString(body.ToArray());
    }
}
