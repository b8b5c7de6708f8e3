using RideIngest.Records.Kinds;

namespace RideIngest.Records.Uploads;

/// <summary>One record of an upload, or what is wrong with it.</summary>
/// <param name="Index">The record's place in the upload, from 0. Blank lines are no records.</param>
/// <param name="Line">The line on which it begins, from 1.</param>
/// <param name="Offset">The byte at which it begins, from 0.</param>
/// <param name="Reading">The record, or its problems.</param>
/// <param name="EndsUpload">The problem is the upload's, not a record's, and nothing more can be read of it: always the last.</param>
/// <param name="Broken">Why no more bytes came, when that ended it.</param>
public readonly record struct Uploaded(
    long Index, long Line, long Offset, Reading Reading, bool EndsUpload = false, IOException? Broken = null);
