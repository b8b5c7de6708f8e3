using System.Buffers;
using System.Text.Json;

namespace NATS.Client.Core;

/// <summary>The client's half of the handshake: CONNECT, and a PING whose answer says whether that was accepted.</summary>
internal static class ConnectCommand
{
    public static ReadOnlyMemory<byte> Write(NatsOpts opts, ServerInfo info, Credentials credentials, bool tls)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        buffer.Write("CONNECT "u8);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteBoolean("echo"u8, opts.Echo);
            json.WriteBoolean("verbose"u8, opts.Verbose);
            json.WriteBoolean("pedantic"u8, false);
            json.WriteBoolean("tls_required"u8, tls);
            WriteUnlessEmpty(json, "user", credentials.Username);
            WriteUnlessEmpty(json, "pass", credentials.Password);
            WriteUnlessEmpty(json, "auth_token", credentials.Token);
            json.WriteString("name"u8, opts.Name);
            json.WriteString("lang"u8, "rideingest-dotnet"u8);
            json.WriteString("version"u8, typeof(ConnectCommand).Assembly.GetName().Version?.ToString(3));
            json.WriteNumber("protocol"u8, 1);
            var headers = opts.Headers && info.HeadersSupported;
            json.WriteBoolean("headers"u8, headers);
            json.WriteBoolean("no_responders"u8, headers);
            json.WriteEndObject();
        }

        buffer.Write("\r\nPING\r\n"u8);
        return buffer.WrittenMemory;
    }

    private static void WriteUnlessEmpty(Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            json.WriteString(name, value);
    }
}
