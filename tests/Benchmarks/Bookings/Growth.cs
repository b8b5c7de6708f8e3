using RideIngest.Benchmarks.Bookings.Peers;
using RideIngest.LocalServers.Postgres;

namespace RideIngest.Benchmarks.Bookings;

/// <summary>Two systems side by side, alike but for their tables, of which one is a hundred times as large.</summary>
internal sealed class Growth : IAsyncDisposable
{
    private const int Few = 100_000;
    private const int Many = 10_000_000;
    private const double Target = 0.8;

    private readonly SystemUnderTest _small;
    private readonly SystemUnderTest _large;
    private readonly Ids _ids;

    private Growth(SystemUnderTest small, SystemUnderTest large, Ids ids) => (_small, _large, _ids) = (small, large, ids);

    public static async Task<Growth> StartAsync(PostgresServer postgres, Ids ids)
    {
        var growth = new Growth(
            await SystemUnderTest.StartAsync(postgres, "small"), await SystemUnderTest.StartAsync(postgres, "large"), ids);
        await growth.FillAsync(growth._small, Few);
        await growth.FillAsync(growth._large, Many);
        return growth;
    }

    public IEnumerable<Comparison> Comparisons()
    {
        yield return Of(
            "128 connections, 10,000,000 rows in the table, per second",
            system => seconds => Wrk.RunAsync(system.Single, 128, seconds, _ids));
        yield return Of(
            "batches of 1,000, 10,000,000 rows in the table, records per second",
            system => seconds => system.Batches.RunAsync(seconds, _ids));
    }

    public async ValueTask DisposeAsync()
    {
        await _small.DisposeAsync();
        await _large.DisposeAsync();
    }

    private Comparison Of(string title, Func<SystemUnderTest, Func<double, Task<Measured>>> load) =>
        new(title, new("ours", load(_large), _large.Database), [
            new("ours, 100,000 rows", load(_small), _small.Database),
        ], [new("ours, 100,000 rows", Target)]);

    private async Task FillAsync(SystemUnderTest system, int rows)
    {
        var copy = new RawCopy(system.Database);
        var left = rows / Few;
        await Task.WhenAll(Enumerable.Range(0, 2).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
                await copy.BatchAsync(_ids.Take(Few), Few);
        }));

        // What COPY left to do later is done before the clock runs: both tables start as tables at rest do.
        await using var rest = system.Database.CreateCommand("vacuum analyze rides.bookings");
        rest.CommandTimeout = 0;
        await rest.ExecuteNonQueryAsync();
        await using var checkpoint = system.Database.CreateCommand("checkpoint");
        checkpoint.CommandTimeout = 0;
        await checkpoint.ExecuteNonQueryAsync();

        await system.Batches.RunAsync(2, _ids);
        await Wrk.RunAsync(system.Single, 128, 3, _ids);
    }
}
