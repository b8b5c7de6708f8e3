using RideIngest.Consumer.Frames;
using RideIngest.Contracts.Outcomes;

namespace RideIngest.Consumer.Storing;

/// <summary>The codes of the consumer's dead letters, apart from Postgres' own.</summary>
internal static class DeadLetterCodes
{
    public static IReadOnlyList<string> OfRecords { get; } = [Status.Invalid.Word(), Status.Conflict.Word()];

    /// <summary>Those of frames that are kept whole.</summary>
    public static IReadOnlyList<string> OfFrames { get; } =
    [
        RecordFrame.UnknownKind, RecordFrame.Unreadable, RecordFrame.Empty, RecordFrame.Undecodable, RecordFrame.TooManyLines,
        WholeFrames.Unforeseen,
    ];
}
