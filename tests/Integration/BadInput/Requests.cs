using System.Globalization;
using System.Text;
using RideIngest.Records.Kinds;

namespace RideIngest.Integration.BadInput;

/// <summary>Requests that are right but for the damage done to one part of them or another.</summary>
internal sealed class Requests(Catalog catalog, string receipt, Random random)
{
    private static readonly string[] ContentTypes =
    [
        "application/json", "application/x-ndjson", "text/csv", "application/json; charset=utf-16", "application/json;charset=utf8",
        "text/plain", "multipart/form-data; boundary=x", "", ";;;", "*/*",
    ];

    private static readonly string[] Headers =
    [
        "Prefer: respond-async", "Prefer: wait=0", "Prefer: wait=1;x, respond-async", "Prefer: wait=99999999999999999999",
        "Prefer: wait=\"", "Prefer: ,;=,", "Accept: application/x-ndjson",
        "Accept: application/x-ndjson;q=0.1, */*", "Accept: ;;q=x", "Content-Encoding: gzip", "Content-Encoding: identity",
        "Expect: 100-continue", "traceparent: 00-zz-zz-00",
        "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "X-Api-Key: x", "Authorization: Bearer ",
        "Range: bytes=0-1", "If-None-Match: *", "Upgrade: h2c", "Cookie: a=b; c",
    ];

    private readonly Damage _damage = new(random);
    private readonly Kind _kind = catalog.Kinds[random.Next(catalog.Kinds.Count)];

    /// <summary>A whole request, in which nobody can be mistaken about where it ends.</summary>
    public byte[] Next(out string target) => random.Next(5) switch
    {
        0 => Get(out target),
        1 or 2 => Upload(out target),
        _ => Record(out target),
    };

    private byte[] Get(out string target)
    {
        var id = Escaped(_damage.To(Encoding.UTF8.GetBytes(random.Next(2) == 0 ? "132512" : receipt)));
        target = random.Next(2) == 0
            ? $"/v1/{_kind.Name}/{id}"
            : $"/v1/receipts/{(random.Next(3) == 0 ? receipt : id)}?wait={Escaped(_damage.To("0ms"u8.ToArray()))}";
        target = target.Length > 6000 ? target[..6000] : target;
        return Request(random.Next(5) == 0 ? "HEAD" : "GET", target, "", []);
    }

    private byte[] Record(out string target)
    {
        var generator = new RecordGenerator(_kind, random);
        target = random.Next(5) == 0 ? "/save/booking/detail" : $"/v1/{_kind.Name}";
        return Request("POST", target, "application/json", Damaged([generator.NewValues()], records => generator.Json(records[0])));
    }

    private byte[] Upload(out string target)
    {
        var generator = new RecordGenerator(_kind, random);
        var records = Enumerable.Range(0, random.Next(1, 8)).Select(_ => generator.NewValues()).ToArray();
        target = $"/v1/{_kind.Name}/batch{(random.Next(3) == 0 ? "?results=all" : "")}";
        var (contentType, write) = random.Next(3) switch
        {
            0 => ("application/json", records => $"[{string.Join(',', records.Select(r => generator.Json(r)))}]"),
            1 => ("application/x-ndjson", records => string.Concat(records.Select(r => generator.Json(r) + "\n"))),
            _ => ("text/csv", (Func<string?[][], string>)(records => generator.Csv(records))),
        };
        return Request("POST", target, contentType, Damaged(records, write));
    }

    /// <summary>In a value, in the bytes, in both or in none.</summary>
    private byte[] Damaged(string?[][] records, Func<string?[][], string> write)
    {
        if (random.Next(2) == 0)
            records[random.Next(records.Length)] = _damage.To(records[^1]);
        var body = Encoding.UTF8.GetBytes(write(records));
        return random.Next(2) == 0 ? _damage.To(body) : body;
    }

    private byte[] Request(string method, string target, string contentType, byte[] body)
    {
        var head = new StringBuilder().Append(
            CultureInfo.InvariantCulture, $"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        if (random.Next(12) == 0)
            contentType = ContentTypes[random.Next(ContentTypes.Length)];
        if (contentType.Length > 0)
            head.Append(CultureInfo.InvariantCulture, $"Content-Type: {contentType}\r\n");
        for (var more = random.Next(4) == 0 ? random.Next(1, 4) : 0; more > 0; more--)
            head.Append(Headers[random.Next(Headers.Length)]).Append("\r\n");
        var chunked = random.Next(3) == 0;
        head.Append(CultureInfo.InvariantCulture, $"{(chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {body.Length}")}\r\n\r\n");
        return [.. Encoding.UTF8.GetBytes(head.ToString()), .. chunked ? Chunked(body) : body];
    }

    private byte[] Chunked(byte[] body)
    {
        var chunks = new MemoryStream();
        for (var at = 0; at < body.Length;)
        {
            var length = Math.Min(random.Next(1, 2000), body.Length - at);
            chunks.Write(Encoding.ASCII.GetBytes(length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"));
            chunks.Write(body, at, length);
            chunks.Write("\r\n"u8);
            at += length;
        }
        chunks.Write("0\r\n\r\n"u8);
        return chunks.ToArray();
    }

    private static string Escaped(byte[] bytes) =>
        string.Concat(bytes.Select(b => char.IsAsciiLetterOrDigit((char)b) || b is (byte)'_' or (byte)'-'
        ? ((char)b).ToString() : b == 0 ? "%01" : $"%{b:X2}"));
}
