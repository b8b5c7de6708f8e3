namespace RideIngest.Faults.Load;

/// <summary>Bookings and rides, as a producer takes them.</summary>
internal sealed class RecordContract : IContract
{
    public bool HasVersions => true;

    public string Path(long id) => $"/v1/{Content.KindOf(id)}";

    public string UploadPath(long firstId) => $"{Path(firstId)}/batch?results=all";

    public long IdOf(long number, Random random) => random.Next(2) == 0 ? number : Content.FirstRide + number;

    public string Json(long id, int version) => Content.Json(id, version);

    public (Told Told, string? Receipt) Read(long id, int status, string body) => AnswerReader.Single(id, status, body);

    public (Told Told, string? Receipt)[] ReadUpload(long firstId, int count, int status, string body) =>
        AnswerReader.Upload(firstId, count, status, body);
}
