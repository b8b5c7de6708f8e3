using System.Text.Json;

namespace RideIngest.Producer.Documents;

/// <summary>The answers as JSON schemas: by example, since they are few and fixed.</summary>
internal static class AnswerSchemas
{
    public const string Upload = "Upload";
    public const string UploadLine = "UploadLine";

    private static readonly (string Name, string Schema)[] Schemas =
    [
        ("Stored", Single("stored", """{"id":132512,"status":"stored"}""")),
        ("Duplicate", Single("duplicate", """{"id":132512,"status":"duplicate"}""")),
        ("Accepted", """{"type":"object","required":["id","status","receipt"],"properties":{"id":{"type":"integer","format":"int64"},"status":{"const":"accepted"},"receipt":{"type":"string"}},"examples":[{"id":132512,"status":"accepted","receipt":"AQAAAAAAAgWg…"}]}"""),
        ("Receipt", """{"type":"object","required":["id","kind","status"],"properties":{"id":{"type":"integer","format":"int64"},"kind":{"type":"string"},"status":{"enum":["accepted","stored","conflict","failed"]},"error":{"type":"string"}},"examples":[{"id":132512,"kind":"bookings","status":"stored"}]}"""),
        ("Old", """{"type":"object","required":["id","type","error"],"properties":{"id":{"type":["integer","null"],"format":"int64"},"type":{"enum":[1,2],"description":"1: saved. 2: not saved, and error says why."},"error":{"type":"string"}},"examples":[{"id":132512,"type":1,"error":""}]}"""),
        (UploadLine, """{"type":"object","required":["index","id","status"],"properties":{"index":{"type":"integer"},"id":{"type":["integer","null"]},"status":{"enum":["stored","duplicate","conflict","invalid","failed","accepted"]},"code":{"type":"string"},"error":{"type":"string"},"retryable":{"type":"boolean"},"receipt":{"type":"string"}}}"""),
        (Upload, """{"type":"object","required":["received","stored","duplicate","accepted","failed","results"],"properties":{"received":{"type":"integer"},"stored":{"type":"integer"},"duplicate":{"type":"integer"},"accepted":{"type":"integer"},"failed":{"type":"integer","description":"invalid, conflict and failed"},"results":{"type":"array","items":{"$ref":"#/components/schemas/UploadLine"}},"truncated":{"type":"boolean"}},"examples":[{"received":3,"stored":2,"duplicate":0,"accepted":0,"failed":1,"results":[{"index":1,"id":132513,"status":"conflict","error":"another record with the id 132513 is stored"}]}]}"""),
        ("Problem", """{"type":"object","required":["type","title","status","id","retryable","traceId"],"properties":{"type":{"type":"string"},"title":{"type":"string"},"status":{"type":"integer"},"detail":{"type":"string"},"id":{"type":["integer","null"],"format":"int64"},"errors":{"type":"object","additionalProperties":{"type":"array","items":{"type":"string"}}},"retryable":{"type":"boolean"},"traceId":{"type":"string"}},"examples":[{"type":"/problems/validation","title":"The record breaks a rule","status":422,"detail":"user_id is required.","id":132512,"errors":{"user_id":["is required"]},"retryable":false,"traceId":"0af7651916cd43dd8448eb211c80319c"}]}"""),
    ];

    public static void Write(Utf8JsonWriter json)
    {
        foreach (var (name, schema) in Schemas)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(schema);
        }
    }

    public static string Describe(int status) => status switch
    {
        200 => "Nothing was lost and nothing is new: stored before, or all settled well",
        201 => "Stored: committed in Postgres",
        202 => "Accepted: the stream has it, and the receipt tells how it ends",
        207 => "Some records failed; the results say which",
        504 => "Whether it was kept is not known; sending it again is safe",
        503 => "Nothing was kept; Retry-After says when to come back",
        409 => "Another record with this id is stored, and stays",
        422 => "The record breaks a rule; errors says which, by field",
        429 => "The key's rate limit is used up; Retry-After says when to come back",
        _ => HttpProblem.OfStatus(status).Title,
    };

    private static string Single(string status, string example) =>
        $$$"""{"type":"object","required":["id","status"],"properties":{"id":{"type":"integer","format":"int64"},"status":{"const":"{{{status}}}"}},"examples":[{{{example}}}]}""";
}
