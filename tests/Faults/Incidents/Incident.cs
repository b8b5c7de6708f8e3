using System.Net;
using System.Text.Json.Nodes;
using RideIngest.Faults.Load;
using RideIngest.Faults.Worlds;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Faults.Incidents;

/// <summary>
/// What operators see while something is wrong in a world: metrics, readiness and log of each process, and the answer of each producer to
/// one booking per second.
/// </summary>
internal sealed class Incident : IDisposable
{
    private const int Apart = 100_000;
    private const int Steady = 3;

    // What the alert StageAges takes for old.
    private const double OldAge = 60;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    private readonly World _world;
    private readonly Ledger _ledger;
    private readonly Sender _sender;
    private readonly Recording _recording = new();
    private readonly Dictionary<string, List<Report>> _readiness = [];
    private readonly Dictionary<string, int> _logged;

    private Incident(World world, long firstId)
    {
        _world = world;
        _ledger = new Ledger(firstId: firstId);
        _sender = new Sender(_ledger, new RecordContract());
        _logged = world.Instances.ToDictionary(instance => instance.Name, instance => instance.LogLines.Count);
    }

    /// <summary>What the senders were told.</summary>
    public IEnumerable<Told> Told => _ledger.Attempts.Select(attempt => attempt.Told).Distinct();

    /// <summary>Begins with a second in which all is well.</summary>
    public static async Task<Incident> BeginAsync(World world, long firstId)
    {
        using (var before = new Incident(world, firstId))
            await before.EndsAsync();
        var incident = new Incident(world, firstId + Apart);
        await incident.LastsAsync(1);
        return incident;
    }

    /// <summary>Records for so many seconds.</summary>
    public async Task LastsAsync(int seconds)
    {
        for (var i = 0; i < seconds; i++)
            await Task.WhenAll(LookAsync(), Task.Delay(Second));
    }

    /// <summary>Records until the process has logged this.</summary>
    public async Task LastsUntilAsync(Instance instance, string logged)
    {
        var late = DateTime.UtcNow + Deadlines.Hang;
        while (!instance.LogLines.Any(line => line.Contains(logged, StringComparison.Ordinal)))
        {
            Assert.True(DateTime.UtcNow < late, $"{instance.Name} has not logged '{logged}'.");
            await LastsAsync(1);
        }
    }

    /// <summary>Records until every process has been ready, every record stored, and no event old, for three seconds.</summary>
    public async Task EndsAsync()
    {
        var late = DateTime.UtcNow + Deadlines.Hang;
        for (var well = 0; well < Steady; well = IsWell() ? well + 1 : 0)
        {
            Assert.True(DateTime.UtcNow < late, $"Not ready: {string.Join(", ", _readiness.Select(one => $"{one.Key}: {one.Value[^1]}"))}");
            await LastsAsync(1);
        }
    }

    /// <summary>What <c>/readyz</c> of the process has answered, once a second.</summary>
    public IReadOnlyList<Report> Readiness(Instance instance) => _readiness[instance.Name];

    /// <summary>The warnings and errors of the process since the incident began.</summary>
    public IReadOnlyList<string> Warnings(Instance instance) => [.. Lines(instance).Where(IsWarning).Select(Message)];

    /// <summary>A warning is logged once while its reason lasts: again only after its source has logged that the reason ended.</summary>
    public void AssertNothingRepeats() => Assert.All(_world.Instances, instance =>
    {
        var said = new HashSet<(string Source, string Message)>();
        foreach (var line in Lines(instance))
        {
            if (IsWarning(line))
                Assert.True(said.Add((Source(line), Message(line))), $"Logged twice: {Message(line)}");
            else
                said.RemoveWhere(one => one.Source == Source(line));
        }
    });

    /// <param name="fired">The alerts that fire in the course of the incident.</param>
    /// <param name="last">Those of them that still fire half an hour after it.</param>
    public Task AssertAlertsAsync(string[] fired, string[]? last = null) => Alerts.AssertAsync(_recording, fired, last ?? []);

    public void Dispose()
    {
        _sender.Dispose();
        _ledger.Dispose();
    }

    private IEnumerable<JsonNode> Lines(Instance instance) =>
        instance.LogLines.Skip(_logged[instance.Name]).Select(line => JsonNode.Parse(line)!);

    private static bool IsWarning(JsonNode line) => (string?)line["level"] is not ("info" or "information" or "debug");

    private static string Message(JsonNode line) => (string)line["message"]!;

    private static string Source(JsonNode line) => (string)line["properties"]!["SourceContext"]!;

    private bool IsWell() =>
        _readiness.Values.All(reports => reports[^1].Status == "ready")
        && _recording.Largest("rideingest_stage_oldest_age_seconds") < OldAge
        && _ledger.Records[_ledger.LastId] is [{ Told: Load.Told.Stored }];

    private async Task LookAsync()
    {
        var instances = _world.Instances.ToList();
        var sending = _world.Producers.Select(producer => _sender.SendAsync(producer, _ledger.TakeIds(), 0));
        await Task.WhenAll(Task.WhenAll(sending), _recording.ScrapeAsync(instances), ReadinessAsync(instances));
    }

    private async Task ReadinessAsync(List<Instance> instances)
    {
        foreach (var (instance, report) in await Task.WhenAll(instances.Select(async one => (one, await ReportAsync(one)))))
        {
            if (!_readiness.TryGetValue(instance.Name, out var reports))
                _readiness[instance.Name] = reports = [];
            reports.Add(report);
        }
    }

    private static async Task<Report> ReportAsync(Instance instance)
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri(instance.Url, "/readyz"));
            var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
            return new(answer.StatusCode, (string)body["status"]!, body["missing"]?.ToJsonString() ?? "");
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return Report.Silence;
        }
    }
}

/// <summary>An answer of <c>/readyz</c>.</summary>
internal sealed record Report(HttpStatusCode? Code, string Status, string Missing)
{
    public bool Names(string text) => Missing.Contains(text, StringComparison.Ordinal);

    /// <summary>Whether it is ready, or only too busy to know within its two seconds, as on a machine with few cores.</summary>
    public bool IsWell => Status == "ready" || Names("No answer within");

    /// <summary>No answer.</summary>
    public static Report Silence { get; } = new(null, "", "");
}
