using System.Globalization;
using System.Text;

namespace RideIngest.TestKit.Network;

/// <summary>One line of a client, with the payload that came with it (PUB, HPUB).</summary>
public readonly record struct ClientLine(string Text, byte[] Payload);

/// <summary>The server's end of a scripted connection.</summary>
public sealed class ScriptedPeer(Stream stream, int number, CancellationToken stopping) : IDisposable
{
    public const string Info =
        """INFO {"server_id":"SCRIPT","server_name":"script","version":"2.10.27","proto":1,"host":"127.0.0.1","port":4222,"headers":true,"max_payload":1048576,"client_id":1}""" + "\r\n";

    private readonly BufferedStream _reader = new(stream, 16 * 1024);

    /// <summary>1 for the first connection, 2 for the next.</summary>
    public int Number => number;

    public CancellationToken Stopping => stopping;

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await stream.WriteAsync(bytes, stopping);
        await stream.FlushAsync(stopping);
    }

    /// <summary>INFO, the client's CONNECT and PING, and PONG.</summary>
    public async Task HandshakeAsync(string info = Info)
    {
        await SendAsync(info);
        await ExpectAsync("CONNECT");
        await ExpectAsync("PING");
        await SendAsync("PONG\r\n");
    }

    /// <summary>Reads on until a line begins with <paramref name="start"/>.</summary>
    public async Task<ClientLine> ExpectAsync(string start)
    {
        while (true)
        {
            var line = await ReadAsync();
            if (line.Text.StartsWith(start, StringComparison.OrdinalIgnoreCase))
                return line;
        }
    }

    /// <summary>Waits for the client to subscribe to <paramref name="subject"/>; its subscription id.</summary>
    public async Task<string> SubscribedAsync(string subject)
    {
        var line = await ExpectAsync($"SUB {subject} ");
        return line.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1];
    }

    /// <summary>Answers PING until the client leaves.</summary>
    public async Task AnswerPingsAsync()
    {
        while (true)
        {
            await ExpectAsync("PING");
            await SendAsync("PONG\r\n");
        }
    }

    public async Task<ClientLine> ReadAsync()
    {
        var text = await ReadLineAsync();
        if (!text.StartsWith("PUB ", StringComparison.OrdinalIgnoreCase) && !text.StartsWith("HPUB ", StringComparison.OrdinalIgnoreCase))
            return new ClientLine(text, []);

        var payload = new byte[int.Parse(text.Split(' ')[^1], CultureInfo.InvariantCulture)];
        await _reader.ReadExactlyAsync(payload, stopping);
        await ReadLineAsync();
        return new ClientLine(text, payload);
    }

    public void Dispose() => _reader.Dispose();

    private async Task<string> ReadLineAsync()
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (true)
        {
            await _reader.ReadExactlyAsync(one, stopping);
            if (one[0] == '\n')
                return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            line.Add(one[0]);
        }
    }
}
