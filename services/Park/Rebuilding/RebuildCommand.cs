using Npgsql;
using RideIngest.Hosting.Processes;
using RideIngest.Storage.Postgres;

namespace RideIngest.Park.Rebuilding;

/// <summary>The command <c>rebuild</c>: folds all events anew, and compares.</summary>
internal sealed class RebuildCommand(EventRebuild rebuild, Migrations migrations, NormalStop normalStop, FatalStop fatalStop)
    : BackgroundService
{
    private const int MostNamed = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (await migrations.MissingAfterAsync(Patience, stoppingToken) is { } missing)
        {
            fatalStop.Stop($"{missing}.");
            return;
        }
        try
        {
            var rebuilt = await rebuild.RunAsync(stoppingToken);
            var what = FormattableString.Invariant(
                $"{rebuilt.Rides} rides and {rebuilt.Customers} customers were rebuilt from {rebuilt.Events} events");
            if (rebuilt.Different.Count == 0)
            {
                Console.WriteLine($"{what}. All are as stored.");
                normalStop.Stop();
            }
            else
            {
                var named = string.Join('\n', rebuilt.Different.Take(MostNamed));
                fatalStop.Stop($"{what}. {rebuilt.Different.Count} differ from what is stored:\n{named}");
            }
        }
        catch (Exception e) when (e is NpgsqlException || StoreUnavailableException.Covers(e))
        {
            fatalStop.Stop($"The rebuild ended: {e.Message}. It changes nothing; run it again.");
        }
    }
}
