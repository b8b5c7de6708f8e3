namespace RideIngest.Records.Fields;

/// <summary>A point in time as Postgres' binary form has it.</summary>
public static class PostgresInstant
{
    private static readonly long Epoch = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    /// <summary>Microseconds since the beginning of 2000.</summary>
    public static long Of(DateTimeOffset instant) => (instant.UtcTicks - Epoch) / TimeSpan.TicksPerMicrosecond;
}
