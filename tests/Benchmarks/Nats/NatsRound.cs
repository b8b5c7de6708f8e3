using System.Text.Json;

namespace RideIngest.Benchmarks.Nats;

/// <summary>The child's part: for each named row, one short warm-up and one pass on a connection of its own.</summary>
public static class NatsRound
{
    public static async Task<int> RunAsync(string url, string[] titles)
    {
        foreach (var row in Rows.All.Where(row => titles.Contains(row.Title)))
        {
            await using var bench = await Bench.StartAsync(url);
            var warmUp = row with { Messages = row.Messages / 10 };
            await row.Pass(bench, warmUp);
            await row.Pass(bench, row);
            Console.WriteLine(JsonSerializer.Serialize(bench.Last));
        }

        return 0;
    }
}
