using Npgsql;

namespace RideIngest.Benchmarks.Bookings;

/// <summary>One way of taking bookings, under one load.</summary>
/// <param name="Rows">Where its bookings are stored when they are answered; null for who stores none.</param>
internal sealed record Contender(string Name, Func<double, Task<Measured>> RunAsync, NpgsqlDataSource? Rows = null)
{
    /// <summary>wrk sees status codes and no answers: one that was accepted only would count as one that is stored.</summary>
    public async Task EnsureStoredAsync(Measured measured)
    {
        if (Rows is null || measured.MostIds == 0)
            return;
        await using var count = Rows.CreateCommand("select count(*) from rides.bookings where id >= $1 and id < $2");
        count.Parameters.Add(new() { Value = measured.FirstId });
        count.Parameters.Add(new() { Value = measured.FirstId + measured.MostIds });
        var stored = (long)(await count.ExecuteScalarAsync())!;
        if (stored < measured.Records)
            throw new InvalidOperationException(
                $"{Name} answered {measured.Records} bookings, of which {stored} are stored: such a rate says nothing.");
    }
}

/// <summary>What ours is held against in one row, and the ratio that is to be reached.</summary>
internal sealed record TargetRatio(string Peer, double Ratio);

/// <summary>One load: ours and its peers, each in turn in every round.</summary>
internal sealed record Comparison(
    string Title, Contender Ours, IReadOnlyList<Contender> Peers, IReadOnlyList<TargetRatio> Targets, bool Latency = false)
{
    /// <summary>
    /// Medians for each contender, by name: what was measured, and processor time per record. The order of each round is drawn, so that of
    /// three nobody always follows the same one; nobody follows itself, which would cost it what it has left behind: two take turns.
    /// </summary>
    public async Task<Dictionary<string, (double Value, double Cpu)>> RunAsync(int rounds, double seconds)
    {
        Contender[] contenders = [Ours, .. Peers];
        var readings = contenders.ToDictionary(contender => contender.Name, _ => (Values: new List<double>(), Cpu: new List<double>()));
        Contender? last = null;
        for (var round = 0; round < rounds; round++)
        {
            do
                Random.Shared.Shuffle(contenders);
            while (contenders[0] == last);
            last = contenders[^1];
            foreach (var contender in contenders)
            {
                var before = ProcessorTime.Now();
                var measured = await contender.RunAsync(seconds);
                readings[contender.Name].Cpu.Add((ProcessorTime.Now() - before).TotalMicroseconds / measured.Records);
                await contender.EnsureStoredAsync(measured);
                readings[contender.Name].Values.Add(Latency ? measured.Middle.TotalMicroseconds : measured.PerSecond);
            }
        }
        return readings.ToDictionary(reading => reading.Key, reading => (Median(reading.Value.Values), Median(reading.Value.Cpu)));
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values.Count % 2 == 1 ? values[values.Count / 2] : (values[values.Count / 2 - 1] + values[values.Count / 2]) / 2;
    }
}
