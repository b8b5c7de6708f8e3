namespace RideIngest.Faults.Load;

/// <summary>What senders send of an id, where to, and how they read what they are told.</summary>
internal interface IContract
{
    /// <summary>Where this record is posted.</summary>
    string Path(long id);

    /// <summary>Where JSON lines are posted that begin with this record.</summary>
    string UploadPath(long firstId);

    /// <summary>Whether another content may be sent under an id that was sent before.</summary>
    bool HasVersions { get; }

    /// <summary>The id of a new record, or the first ones of several, made of a number that nobody has had.</summary>
    long IdOf(long number, Random random);

    string Json(long id, int version);

    (Told Told, string? Receipt) Read(long id, int status, string body);

    /// <summary>By index.</summary>
    (Told Told, string? Receipt)[] ReadUpload(long firstId, int count, int status, string body);
}
