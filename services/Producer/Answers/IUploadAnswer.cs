namespace RideIngest.Producer.Answers;

/// <summary>The form in which an upload's sender is answered.</summary>
internal interface IUploadAnswer
{
    /// <summary>The next records' outcomes, in the upload's order.</summary>
    /// <param name="last">There are no more.</param>
    Task AddAsync(IEnumerable<UploadResult> results, bool last);
}
