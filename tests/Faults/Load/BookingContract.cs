namespace RideIngest.Faults.Load;

/// <summary>Bookings, as a producer takes them.</summary>
internal sealed class BookingContract : IContract
{
    public string Path => "/v1/bookings";

    public string UploadPath => "/v1/bookings/batch?results=all";

    public bool HasVersions => true;

    public string Json(long id, int version) => Content.Json(id, version);

    public (Told Told, string? Receipt) Read(long id, int status, string body) => AnswerReader.Single(id, status, body);

    public (Told Told, string? Receipt)[] ReadUpload(long firstId, int count, int status, string body) => AnswerReader.Upload(firstId, count, status, body);
}
