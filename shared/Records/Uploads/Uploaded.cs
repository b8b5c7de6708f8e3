using RideIngest.Records.Kinds;

namespace RideIngest.Records.Uploads;

/// <summary>One record of an upload, or what is wrong with it.</summary>
/// <param name="Index">The record's index in the upload, from 0. Blank lines are not counted.</param>
/// <param name="Line">The line where it begins, from 1.</param>
/// <param name="Offset">The byte where it begins, from 0.</param>
/// <param name="Reading">The record, or its problems.</param>
/// <param name="EndsUpload">The problem is with the upload, and nothing more can be read of it: always the last item.</param>
/// <param name="Broken">Why the upload was cut off.</param>
public readonly record struct Uploaded(
    long Index, long Line, long Offset, Reading Reading, bool EndsUpload = false, IOException? Broken = null)
{
    /// <summary>Whether the record is longer than a record may be.</summary>
    public bool IsTooLong { get; init; }
}
