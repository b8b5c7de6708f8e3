using System.Globalization;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using NATS.Client.JetStream;
using RideIngest.Integration.Systems;
using RideIngest.Parking;
using RideIngest.Parking.Settings;
using RideIngest.Simulators.Mail;
using RideIngest.Simulators.Settings;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Parking;

/// <summary>A parking system, with what tests post to it and read from it.</summary>
internal sealed class ParkingRig : IAsyncDisposable
{
    private static readonly ParkingDefaults Silent = ParkingDefaults.Alone with { GatesRate = 0 };

    private readonly SystemRig _system;
    private readonly TestDirectory _folder;
    private int _posted;

    private ParkingRig(SystemRig system, MailSimulator mail, TestDirectory folder) => (_system, Mail, _folder) = (system, mail, folder);

    public SystemRig System => _system;

    /// <summary>The mail server to which invoices are sent.</summary>
    public MailSimulator Mail { get; }

    public static async Task<ParkingRig> StartAsync(params string[] args)
    {
        var mail = new MailSimulator(new SimulatorsSettings(), NullLogger<MailSimulator>.Instance);
        await mail.StartAsync(default);
        var folder = new TestDirectory();
        var module = new ParkingModule(Silent with
        {
            OwnMailPort = _ => mail.Port,
            SummaryFile = _ => Path.Combine(folder.Path, ParkingDefaults.SummaryName),
        });
        return new(await SystemRig.StartAsync(module, args: args), mail, folder);
    }

    public static Passed Entry(string id, string plate, string time) => new(false, id, plate, At(time));

    public static Passed Exit(string id, string plate, string time) => new(true, id, plate, At(time));

    /// <summary>Posts events in this order, and waits until each is stored before the next.</summary>
    public async Task PassAsync(params Passed[] events)
    {
        foreach (var item in events)
        {
            Assert.Equal(202, (await PostAsync(item)).Status);
            await SettledAsync(++_posted);
        }
    }

    public Task<Answer> PostAsync(Passed item) => _system.PostAsync(PathOf(item), item.Json);

    /// <summary>Posts events as arrays of one kind each, in this order, and waits until all are stored.</summary>
    public async Task PassTogetherAsync(IReadOnlyList<Passed> events, int together)
    {
        foreach (var chunk in events.Chunk(together))
        {
            await Task.WhenAll(chunk.GroupBy(PathOf).Select(async kind =>
            {
                var answer = await _system.PostAsync(kind.Key, $"[{string.Join(',', kind.Select(item => item.Json))}]");
                Assert.Equal((202, kind.Count()), (answer.Status, (int)answer.Json["published"]!));
            }));
        }
        await SettledAsync(_posted += events.Count);
    }

    public async Task<(string Id, string State)[]> StatesAsync(string path) =>
        [.. (await _system.GetAsync($"{path}?limit=1000")).Json["items"]!.AsArray()
            .Select(item => ((string)item!["id"]!, (string)item["state"]!)).Order()];

    public async Task<bool> IsBalancedAsync() => (bool)(await _system.GetAsync("/parking/statistics")).Json["balanced"]!;

    public async Task<(string Entry, string Exit)[]> PairsAsync()
    {
        await using var connection = await _system.Database.OpenConnectionAsync();
        return [.. await connection.QueryAsync<(string, string)>(
            "select other_id, id from parking.movements where is_exit and other_id is not null")];
    }

    /// <summary>Events without a partner, with their state.</summary>
    public async Task<string[]> RestAsync()
    {
        await using var connection = await _system.Database.OpenConnectionAsync();
        return [.. (await connection.QueryAsync<(bool, string, string)>(
            "select is_exit, id, state from parking.movements where other_id is null"))
            .Select(row => $"{row.Item1} {row.Item2} {row.Item3}").Order(StringComparer.Ordinal)];
    }

    public async Task OwnAsync(string plate, string email) =>
        Assert.Equal(200, (await _system.PutAsync($"/parking/owners/{plate}", $$"""{"email":"{{email}}"}""")).Status);

    /// <summary>Publishes a version of a visit as the pairing does. It is withdrawn if it has no entry.</summary>
    public async Task PublishAsync(string id, int version, string plate, string? entry, string exit)
    {
        var (state, entered) = entry is null ? ("withdrawn", "") : ("paired", $"\"entry_date_time\":\"{At(entry):O}\",");
        await using var nats = NatsClients.To(_system.Nats.Url);
        await new NatsJSContext(nats).PublishAsync(
            "parking.visits",
            $$"""
            {"id":"{{id}}","version":{{version}},"state":"{{state}}","vehicle_plate":"{{plate}}",{{entered}}
            "exit_date_time":"{{At(exit):O}}","accepted_at":"{{At(exit):O}}"}
            """.ReplaceLineEndings(" "));
    }

    /// <summary>Waits until there are these invoices and credit notes, in the order of their numbers.</summary>
    public async Task<JsonNode[]> IssuedAsync(params (string Kind, string State)[] wanted)
    {
        JsonNode[] issued = [];
        await Eventually.True(async () =>
        {
            var items = (await _system.GetAsync("/parking/invoices?limit=1000")).Json["items"]!.AsArray();
            issued = [.. items.Reverse().Select(item => item!)];
            return wanted.SequenceEqual(issued.Select(item => ((string)item["kind"]!, (string)item["state"]!)));
        });
        return issued;
    }

    public async ValueTask DisposeAsync()
    {
        await _system.DisposeAsync();
        await Mail.StopAsync(default);
        Mail.Dispose();
        _folder.Dispose();
    }

    private static DateTimeOffset At(string time) =>
        DateTimeOffset.ParseExact($"2026-11-29 {time}", "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static string PathOf(Passed item) => item.IsExit ? "/parking/exits" : "/parking/entries";

    private Task SettledAsync(int posted) => Eventually.True(async () => posted <= await _system.Database.ScalarAsync<long>(
        """
        select (select coalesce(sum(events), 0)::bigint from parking.tallies where state in ('received', 'duplicate'))
          + (select count(*) from ops.dead_letters)
        """));
}
