using System.Net;
using System.Text.Json.Nodes;
using RideIngest.Faults.Load;
using RideIngest.Faults.Worlds;

namespace RideIngest.Faults.Checking;

/// <summary>Asks what became of accepted records, as their senders would, and holds the answers against what is there.</summary>
internal static class ReceiptCheck
{
    private const int AtOnce = 8;
    private const int MostAttempts = 20;

    public static async Task<List<Finding>> CheckAsync(World world, Ledger ledger, Evidence evidence)
    {
        var findings = new List<Finding>();
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        var accepted = ledger.Records.SelectMany(
            record => record.Value.Where(attempt => attempt.Receipt is not null).Select(attempt => (Id: record.Key, Attempt: attempt)));
        await Parallel.ForEachAsync(accepted, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (one, cancellationToken) =>
        {
            var producer = world.Producers[(int)(one.Id % world.Producers.Count)];
            var (code, body) = await AskAsync(
                http, new Uri(producer.Url, $"/v1/receipts/{one.Attempt.Receipt}?wait=5s"), cancellationToken);
            var said = code == HttpStatusCode.OK ? (string?)JsonNode.Parse(body)?["status"] : null;
            var is_ = evidence.Rows.TryGetValue(one.Id, out var row)
                ? Content.VersionOf(row) == one.Attempt.Version ? "stored" : "conflict"
                : "failed";
            if (said == is_)
                return;
            lock (findings)
                findings.Add(new Finding(Break.Lie, $"the receipt of record {one.Id} says {(int)code} {said ?? body}, and it is {is_}"));
        });
        return findings;
    }

    // "Not now" is no answer to what became of the record; its sender would ask again.
    private static async Task<(HttpStatusCode Code, string Body)> AskAsync(
        HttpClient http, Uri receipt, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var response = await http.GetAsync(receipt, cancellationToken);
            if (response.StatusCode != HttpStatusCode.ServiceUnavailable || attempt == MostAttempts)
                return (response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
            await Task.Delay(50, cancellationToken);
        }
    }
}
