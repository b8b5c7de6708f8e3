namespace RideIngest.Records.Fields;

/// <summary>Converts a point in time to the binary format of Postgres.</summary>
public static class PostgresInstant
{
    private static readonly long Epoch = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

    /// <summary>Microseconds since 2000-01-01.</summary>
    public static long Of(DateTimeOffset instant) => (instant.UtcTicks - Epoch) / TimeSpan.TicksPerMicrosecond;
}
