namespace RideIngest.Producer.Answers;

/// <summary>The format of answers to uploads.</summary>
internal interface IUploadAnswer : IDisposable
{
    /// <summary>
    /// Waits until more records may be read, because there is memory for their outcomes. Returns false if the upload must end here.
    /// </summary>
    ValueTask<bool> HasRoomAsync(CancellationToken cancellationToken);

    /// <summary>Adds the outcomes of the next records, in upload order.</summary>
    /// <param name="last">Whether these are the last results.</param>
    Task AddAsync(IEnumerable<UploadResult> results, bool last);
}
