namespace RideIngest.Simulators.Rates;

/// <summary>A simulated fault of the API.</summary>
public enum RatesFault
{
    None,

    /// <summary>Answers 500.</summary>
    Errors,

    /// <summary>Answers correctly after five seconds.</summary>
    Slow,

    /// <summary>Answers 200 with invalid content that changes with every request.</summary>
    Garbage,

    /// <summary>Never answers.</summary>
    Silent,
}
