using System.Text;
using System.Text.Json.Nodes;
using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Hosting.Processes;
using RideIngest.Integration.AddASystem.Tolls;
using RideIngest.Integration.Systems;
using RideIngest.LocalServers.Nats;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.AddASystem;

/// <summary>What a system gets from the shared libraries. CONTRIBUTING's "Add a system" describes how it is built.</summary>
public sealed class AddASystemTests : IAsyncLifetime, IDisposable
{
    private NatsServer _nats = null!;
    private RideIngestHost _host = null!;
    private HttpClient _client = null!;
    private string _database = "";

    public async Task InitializeAsync()
    {
        (_nats, _database) = (await TestNats.PrivateAsync(), await TestPostgres.CreateDatabaseAsync());
        _host = RideIngestHost.Create(
            "tolls",
            ["--urls", "http://127.0.0.1:0", "--logging:level=fatal", $"--nats:url={_nats.Url}", $"--postgres:url={_database}"],
            new TollModule());
        await _host.StartAsync();
        _client = new HttpClient { BaseAddress = new Uri(_host.Urls[0]), Timeout = Deadlines.Hang };
        await Eventually.True(async () => (await GetAsync("/readyz")).Status == 200);
    }

    public async Task DisposeAsync()
    {
        await _host.StopAsync();
        await _host.DisposeAsync();
        await _nats.DisposeAsync();
    }

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task An_event_an_array_and_lines_pass_both_stages_and_count_once()
    {
        var one = await PostAsync(Passage("1", 450));
        var many = await PostAsync($"[{Passage("2", 450)},{Passage("1", 450)}]");
        var lines = await PostAsync($"{Passage("3", 450)}\n{Passage("4", 70)}\n", "application/x-ndjson");

        Assert.Equal((202, 1), (one.Status, (int)one.Json["published"]!));
        Assert.Equal((202, 2), (many.Status, (int)many.Json["published"]!));
        Assert.Equal((202, 2), (lines.Status, (int)lines.Json["published"]!));

        // Which passage fills the account depends on how they gather; none counts twice, and none is lost.
        await Eventually.True(async () => await AccountAsync() is { Billed: >= 1000 } account && account.Due + account.Billed == 1420);
    }

    [Fact]
    public async Task An_invalid_event_is_refused_by_its_id_and_field()
    {
        var alone = await PostAsync(Passage("A-7", 0));
        var among = await PostAsync($"[{Passage("A-8", 0)},{Passage("A-9", 10)}]");

        Assert.Equal((422, "A-7"), (alone.Status, (string)alone.Json["id"]!));
        Assert.NotNull(alone.Json["errors"]!["cents"]);
        Assert.Equal((207, 1), (among.Status, (int)among.Json["published"]!));
        Assert.Equal((0, "A-8"), ((int)among.Json["problems"]![0]!["index"]!, (string)among.Json["problems"]![0]!["id"]!));
        await Eventually.True(async () => await AccountAsync() is { Due: 10, Billed: 0 });
    }

    [Fact]
    public async Task What_cannot_be_read_is_a_dead_letter()
    {
        await using var client = new NatsConnection(new NatsOpts { Url = _nats.Url });
        var frame = Encoding.UTF8.GetBytes($"nonsense\n{Passage("1", 20)}\n");
        (await new NatsJSContext(client).PublishAsync("tolls.passages", frame)).EnsureSuccess();

        await Eventually.True(async () => await AccountAsync() is { Due: 20 });
        await using var database = Npgsql.NpgsqlDataSource.Create(_database);
        Assert.Equal("accounts passages poison nonsense", await database.ScalarAsync<string>(
            """
            select stage || ' ' || kind || ' ' || class || ' ' || convert_from(payload, 'UTF8') from ops.dead_letters where system = 'tolls'
            """));
    }

    [Fact]
    public async Task While_NATS_is_away_events_are_taken_and_published_later()
    {
        await _nats.KillAsync();

        await Eventually.True(async () => (await PostAsync(Passage("1", 30))).Status == 202);
        await _nats.RestartAsync();

        await Eventually.True(async () => await AccountAsync() is { Due: 30 });
    }

    [Fact]
    public async Task It_has_its_place_in_the_API_document_and_in_the_metrics()
    {
        await PostAsync(Passage("1", 40));
        await Eventually.True(async () => await AccountAsync() is { Due: 40 });

        var document = (await GetAsync("/openapi/v1.json")).Json;
        var metrics = (await GetAsync("/metrics")).Text;
        Assert.Equal("publishTollsPassages", (string)document["paths"]!["/tolls/passages"]!["post"]!["operationId"]!);
        Assert.Contains("rideingest_stage_events_total{", metrics, StringComparison.Ordinal);
        Assert.Contains("stage=\"accounts\"", metrics, StringComparison.Ordinal);
        Assert.Contains("rideingest_intake_frame_events_count{", metrics, StringComparison.Ordinal);
    }

    private static string Passage(string id, int cents) =>
        $$"""{"id":"{{id}}","plate":"KA01AB1234","cents":{{cents}},"at":"2026-11-29T08:00:00Z"}""";

    private async Task<Answer> PostAsync(string body, string type = "application/json") =>
        await Answer.OfAsync(await _client.PostAsync("/tolls/passages", new StringContent(body, Encoding.UTF8, type)));

    private async Task<Answer> GetAsync(string path) => await Answer.OfAsync(await _client.GetAsync(path));

    private async Task<Account> AccountAsync()
    {
        var json = (await GetAsync("/tolls/accounts/KA01AB1234")).Json;
        return new((int)json["due"]!, (long)json["billed"]!);
    }
}
