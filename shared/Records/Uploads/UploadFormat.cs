namespace RideIngest.Records.Uploads;

public enum UploadFormat
{
    /// <summary><c>application/json</c>: one array of objects.</summary>
    JsonArray,

    /// <summary><c>application/x-ndjson</c>: one object per line.</summary>
    JsonLines,

    /// <summary><c>text/csv</c>: RFC 4180, with a header row.</summary>
    Csv,
}
