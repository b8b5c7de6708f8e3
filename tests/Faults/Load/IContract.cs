namespace RideIngest.Faults.Load;

/// <summary>What senders send of an id, where to, and how they read what they are told.</summary>
internal interface IContract
{
    /// <summary>Where one record is posted.</summary>
    string Path { get; }

    /// <summary>Where JSON lines are posted.</summary>
    string UploadPath { get; }

    /// <summary>Whether another content may be sent under an id that was sent before.</summary>
    bool HasVersions { get; }

    string Json(long id, int version);

    (Told Told, string? Receipt) Read(long id, int status, string body);

    /// <summary>By index.</summary>
    (Told Told, string? Receipt)[] ReadUpload(long firstId, int count, int status, string body);
}
