namespace RideIngest.Simulators.Rates;

/// <summary>What is wrong with the API.</summary>
public enum RatesFault
{
    None,

    /// <summary>It answers 500.</summary>
    Errors,

    /// <summary>It answers rightly, after five seconds.</summary>
    Slow,

    /// <summary>It answers 200 with what is no answer, each time another.</summary>
    Garbage,

    /// <summary>It never answers.</summary>
    Silent,
}
