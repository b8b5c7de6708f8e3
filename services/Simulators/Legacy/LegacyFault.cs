namespace RideIngest.Simulators.Legacy;

/// <summary>A simulated fault of the legacy API.</summary>
public enum LegacyFault
{
    None,

    /// <summary>Answers 500, without an effect.</summary>
    Errors,

    /// <summary>Does the work and answers after three seconds.</summary>
    Slow,

    /// <summary>Does the work and never answers.</summary>
    Silent,

    /// <summary>Answers 429 to calls beyond a rate.</summary>
    Quota,

    /// <summary>Does the work, and closes the connection instead of an answer.</summary>
    DropAnswer,

    /// <summary>Answers 422 to every call.</summary>
    Reject,
}
