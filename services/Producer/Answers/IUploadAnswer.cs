namespace RideIngest.Producer.Answers;

/// <summary>The format of answers to uploads.</summary>
internal interface IUploadAnswer
{
    /// <summary>Adds the outcomes of the next records, in upload order.</summary>
    /// <param name="last">Whether these are the last results.</param>
    Task AddAsync(IEnumerable<UploadResult> results, bool last);
}
