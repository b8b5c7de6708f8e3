namespace RideIngest.Casino.Stream;

/// <summary>What became of a frame that was published.</summary>
internal enum Published
{
    /// <summary>The stream has it.</summary>
    Taken,

    /// <summary>The stream has no room for it.</summary>
    Full,

    /// <summary>NATS is away, and has not got it.</summary>
    Away,

    /// <summary>It was sent, and not acknowledged.</summary>
    Unknown,
}
