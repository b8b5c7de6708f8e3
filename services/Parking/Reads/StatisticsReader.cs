using Dapper;
using Npgsql;
using RideIngest.Hosting.Telemetry;
using RideIngest.Parking.Pairing;

namespace RideIngest.Parking.Reads;

/// <summary>Counts events by state, and reads the latencies of the last minute.</summary>
internal sealed class StatisticsReader(NpgsqlDataSource database)
{
    public async Task<ParkingStatistics> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var counts = (await connection.QueryAsync<(bool IsExit, string State, long Events)>(
            PairingSql.Totals))
            .ToDictionary(row => (row.IsExit, row.State), row => row.Events);
        var entries = new EntryCounts(
            Entry("received"), Entry("duplicate"), Entry("open"), Entry("paired"), Entry("superseded"), Entry("expired"));
        var exits = new ExitCounts(Exit("received"), Exit("duplicate"), Exit("waiting"), Exit("paired"), Exit("unmatched"));
        var latencies = (await connection.QueryAsync<(int[] Pairing, int[] Summary, int Pairs)>(
            "select pairing, summary, pairs from parking.latencies where at > now() - interval '1 minute'")).ToList();
        var balanced = entries.Paired == exits.Paired
            && entries.Received == entries.Open + entries.Paired + entries.Superseded + entries.Expired
            && exits.Received == exits.Waiting + exits.Paired + exits.Unmatched;
        return new(
            entries, exits, balanced, Math.Round(latencies.Sum(row => (long)row.Pairs) / 60.0, 2),
            Quantiles(latencies.Select(row => row.Pairing)), Quantiles(latencies.Select(row => row.Summary)));

        long Entry(string state) => counts.GetValueOrDefault((false, state));

        long Exit(string state) => counts.GetValueOrDefault((true, state));
    }

    private static Quantiles Quantiles(IEnumerable<int[]> rows)
    {
        var counts = new long[LatencyBuckets.Count];
        foreach (var row in rows)
        {
            for (var i = 0; i < counts.Length; i++)
                counts[i] += row[i];
        }
        return new(Ms(0.5), Ms(0.95), Ms(0.99));

        double? Ms(double share) => LatencyBuckets.Quantile(counts, share) is { } seconds ? Math.Round(seconds * 1000, 3) : null;
    }
}
