namespace RideIngest.Faults.Checking;

/// <summary>What a promise was broken by.</summary>
internal enum Break
{
    /// <summary>A record that was said to be kept is not there.</summary>
    Lost,

    /// <summary>Something is there twice, or was said to be stored twice.</summary>
    Duplicated,

    /// <summary>An answer was not true.</summary>
    Lie,

    /// <summary>Something is there that nobody sent, or not as it was sent.</summary>
    Unsent,

    /// <summary>Something did not end.</summary>
    Stuck,
}

internal sealed record Finding(Break Break, string What)
{
    public override string ToString() => $"{Break}: {What}";
}
