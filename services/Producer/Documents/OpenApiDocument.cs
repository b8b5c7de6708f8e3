using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using RideIngest.Platform.Telemetry;
using RideIngest.Producer.Answers;
using RideIngest.Producer.Intake;
using RideIngest.Records;

namespace RideIngest.Producer.Documents;

/// <summary><c>/openapi/v1.json</c>, made of what the catalog knows: a new kind stands in it without anybody writing it down.</summary>
internal static class OpenApiDocument
{
    public const string Path = "/openapi/v1.json";

    private static readonly JsonWriterOptions Json = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ReadOnlyMemory<byte> Of(Catalog catalog)
    {
        var output = new ArrayBufferWriter<byte>(16 * 1024);
        using var json = new Utf8JsonWriter(output, Json);
        json.WriteStartObject();
        json.WriteString("openapi", "3.1.0");
        json.WriteStartObject("info");
        json.WriteString("title", "RideIngest");
        json.WriteString("version", RideIngestTelemetry.Version);
        json.WriteString("description", "Takes records, and tells their senders truthfully what became of each one. Sending a record again is always safe.");
        json.WriteEndObject();
        Security(json);
        json.WriteStartObject("paths");
        foreach (var kind in catalog.Kinds)
            Paths(json, kind);
        if (catalog.Find(OldAnswer.Kind, out var old))
            Operation(json, old.Name, OldAnswer.Path, "post", $"The old form of POST /v1/{old.Name}", o => RecordBody(o, old), Of("Old", 201, 200, 202, 400, 401, 403, 408, 409, 413, 415, 422, 429, 503, 504));
        Operation(json, "receipts", "/v1/receipts/{receipt}", "get", "What became of an accepted record",
            o => Parameters(o, ("receipt", "path", "string", "As the 202 gave it"), ("wait", "query", "string", "How long to wait for it to settle: 10s")),
            [(200, "Receipt"), .. Problems(400, 401, 403, 404, 503)]);
        json.WriteEndObject();
        json.WriteStartObject("components");
        json.WriteStartObject("schemas");
        foreach (var kind in catalog.Kinds)
            RecordSchema.Write(json, kind);
        AnswerSchemas.Write(json);
        json.WriteEndObject();
        SecuritySchemes(json);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return output.WrittenMemory;
    }

    /// <summary>With <c>auth.mode: none</c> nothing is asked for, so that nothing comes first.</summary>
    private static void Security(Utf8JsonWriter json)
    {
        json.WriteStartArray("security");
        json.WriteStartObject();
        json.WriteEndObject();
        foreach (var scheme in (string[])["header", "bearer"])
        {
            json.WriteStartObject();
            json.WriteStartArray(scheme);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void SecuritySchemes(Utf8JsonWriter json)
    {
        json.WriteStartObject("securitySchemes");
        json.WriteStartObject("header");
        json.WriteString("type", "apiKey");
        json.WriteString("in", "header");
        json.WriteString("name", "X-Api-Key");
        json.WriteEndObject();
        json.WriteStartObject("bearer");
        json.WriteString("type", "http");
        json.WriteString("scheme", "bearer");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Paths(Utf8JsonWriter json, Kind kind)
    {
        Operation(json, kind.Name, $"/v1/{kind.Name}", "post", $"Send one record to {kind.Name}", o =>
        {
            Parameters(o, ("Prefer", "header", "string", "respond-async: answer as soon as the stream has it. wait=10: wait so many seconds for the outcome"));
            RecordBody(o, kind);
        }, [(201, "Stored"), (200, "Duplicate"), (202, "Accepted"), .. Problems(400, 401, 403, 408, 409, 413, 415, 422, 429, 503, 504)]);
        Operation(json, kind.Name, $"/v1/{kind.Name}/batch", "post", $"Upload many records to {kind.Name}, of any total size", o =>
        {
            Parameters(o,
                ("results", "query", "string", "all: list every record instead of the failures, up to 250,000, and beyond these failures, up to 10,000 in all; lines have no such end"),
                ("Prefer", "header", "string", "As for one record"),
                ("Accept", "header", "string", "application/x-ndjson: a line per record, streamed as they settle"));
            o.WriteStartObject("requestBody");
            o.WriteBoolean("required", true);
            o.WriteStartObject("content");
            Content(o, ContentTypes.Json, s => { s.WriteString("type", "array"); Ref(s, "items", kind.Name); });
            Content(o, ContentTypes.JsonLines, s => s.WriteString("$ref", $"#/components/schemas/{kind.Name}"));
            Content(o, ContentTypes.Csv, s => s.WriteString("type", "string"));
            o.WriteEndObject();
            o.WriteEndObject();
        }, [.. Of(AnswerSchemas.Upload, 200, 202, 207), .. Problems(400, 401, 403, 408, 413, 415, 422, 429, 503, 504)]);
        Operation(json, kind.Name, $"/v1/{kind.Name}/{{id}}", "get", $"A stored record of {kind.Name}",
            o => Parameters(o, ("id", "path", "integer", "The record's id")), [(200, kind.Name), .. Problems(401, 403, 404, 503)]);
    }

    private static void Operation(
        Utf8JsonWriter json, string tag, string path, string method, string summary, Action<Utf8JsonWriter> request, (int Status, string Schema)[] answers)
    {
        json.WriteStartObject(path);
        json.WriteStartObject(method);
        json.WriteStartArray("tags");
        json.WriteStringValue(tag);
        json.WriteEndArray();
        json.WriteString("summary", summary);
        request(json);
        json.WriteStartObject("responses");
        foreach (var (status, schema) in answers)
        {
            json.WriteStartObject(status.ToString(System.Globalization.CultureInfo.InvariantCulture));
            json.WriteString("description", AnswerSchemas.Describe(status));
            Headers(json, status, schema);
            json.WriteStartObject("content");
            Content(json, schema == "Problem" ? HttpProblem.ContentType : ContentTypes.Json, s => s.WriteString("$ref", $"#/components/schemas/{schema}"));
            if (schema == AnswerSchemas.Upload)
                Content(json, ContentTypes.JsonLines, s => s.WriteString("$ref", $"#/components/schemas/{AnswerSchemas.UploadLine}"));
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Headers(Utf8JsonWriter json, int status, string schema)
    {
        var given = new List<(string Name, string Type, string Description)>();
        if (schema == "Stored" || status == 202 && schema != AnswerSchemas.Upload)
            given.Add(("Location", "string", status == 201 ? "Where the record is" : "Where its receipt is"));
        if (status is 202 or 207 or 429 or 503 or 504)
            given.Add(("Retry-After", "integer", "In so many seconds, if it is known when"));
        if (status == 401)
            given.Add(("WWW-Authenticate", "string", "Bearer"));
        if (given.Count == 0)
            return;
        json.WriteStartObject("headers");
        foreach (var (name, type, description) in given)
        {
            json.WriteStartObject(name);
            json.WriteString("description", description);
            json.WriteStartObject("schema");
            json.WriteString("type", type);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static (int Status, string Schema)[] Problems(params int[] statuses) => Of("Problem", statuses);

    private static (int Status, string Schema)[] Of(string schema, params int[] statuses) => [.. statuses.Select(status => (status, schema))];

    private static void RecordBody(Utf8JsonWriter json, Kind kind)
    {
        json.WriteStartObject("requestBody");
        json.WriteBoolean("required", true);
        json.WriteStartObject("content");
        Content(json, ContentTypes.Json, s => s.WriteString("$ref", $"#/components/schemas/{kind.Name}"));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Content(Utf8JsonWriter json, string contentType, Action<Utf8JsonWriter> schema)
    {
        json.WriteStartObject(contentType);
        json.WriteStartObject("schema");
        schema(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Ref(Utf8JsonWriter json, string name, string schema)
    {
        json.WriteStartObject(name);
        json.WriteString("$ref", $"#/components/schemas/{schema}");
        json.WriteEndObject();
    }

    private static void Parameters(Utf8JsonWriter json, params (string Name, string In, string Type, string Description)[] parameters)
    {
        json.WriteStartArray("parameters");
        foreach (var (name, place, type, description) in parameters)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("in", place);
            json.WriteBoolean("required", place == "path");
            json.WriteString("description", description);
            json.WriteStartObject("schema");
            json.WriteString("type", type);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
