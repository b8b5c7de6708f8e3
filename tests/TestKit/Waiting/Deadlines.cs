using System.Globalization;

namespace RideIngest.TestKit.Waiting;

/// <summary>
/// How long tests wait before they fail. Only a hang takes so long; <c>RIDEINGEST_TEST_PATIENCE=4</c> makes every deadline four times as
/// long, for a machine that is slower still.
/// </summary>
public static class Deadlines
{
    private const string Variable = "RIDEINGEST_TEST_PATIENCE";

    private static readonly double Factor =
        double.TryParse(Environment.GetEnvironmentVariable(Variable), CultureInfo.InvariantCulture, out var factor) ? factor : 1;

    /// <summary>For whatever a test waits for.</summary>
    public static readonly TimeSpan Hang = TimeSpan.FromMinutes(2) * Factor;

    /// <summary>For a process that may have to fetch its servers' programs first.</summary>
    public static readonly TimeSpan Fetch = TimeSpan.FromMinutes(5) * Factor;

    /// <summary>Is cancelled when what begins now hangs.</summary>
    public static CancellationToken Begin() => new CancellationTokenSource(Hang).Token;
}
