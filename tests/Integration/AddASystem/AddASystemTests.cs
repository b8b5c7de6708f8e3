using System.Text;
using NATS.Client.JetStream;
using RideIngest.Integration.AddASystem.Tolls;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.AddASystem;

/// <summary>What a system gets from the shared libraries. CONTRIBUTING's "Add a system" describes how it is built.</summary>
public sealed class AddASystemTests
{
    private const string AccountPath = "/tolls/accounts/KA01AB1234";

    [Fact]
    public async Task An_event_an_array_and_lines_pass_both_stages_and_count_once()
    {
        await using var tolls = await SystemRig.StartAsync(new TollModule());

        var one = await PostAsync(tolls, Passage("1", 450));
        var many = await PostAsync(tolls, $"[{Passage("2", 450)},{Passage("1", 450)}]");
        var lines = await PostAsync(tolls, $"{Passage("3", 450)}\n{Passage("4", 70)}\n", "application/x-ndjson");

        Assert.Equal((202, 1), (one.Status, (int)one.Json["published"]!));
        Assert.Equal((202, 2), (many.Status, (int)many.Json["published"]!));
        Assert.Equal((202, 2), (lines.Status, (int)lines.Json["published"]!));

        // Which passage fills the account depends on how they gather; none counts twice, and none is lost.
        await Eventually.True(async () => await AccountAsync(tolls) is { Billed: >= 1000 } account && account.Due + account.Billed == 1420);
    }

    [Fact]
    public async Task An_invalid_event_is_refused_by_its_id_and_field()
    {
        await using var tolls = await SystemRig.StartAsync(new TollModule());

        var alone = await PostAsync(tolls, Passage("A-7", 0));
        var among = await PostAsync(tolls, $"[{Passage("A-8", 0)},{Passage("A-9", 10)}]");

        Assert.Equal((422, "A-7"), (alone.Status, (string)alone.Json["id"]!));
        Assert.NotNull(alone.Json["errors"]!["cents"]);
        Assert.Equal((207, 1), (among.Status, (int)among.Json["published"]!));
        Assert.Equal((0, "A-8"), ((int)among.Json["problems"]![0]!["index"]!, (string)among.Json["problems"]![0]!["id"]!));
        await Eventually.True(async () => await AccountAsync(tolls) is { Due: 10, Billed: 0 });
    }

    [Fact]
    public async Task What_cannot_be_read_is_a_dead_letter()
    {
        await using var tolls = await SystemRig.StartAsync(new TollModule());
        await using var client = NatsClients.To(tolls.Nats.Url);
        var frame = Encoding.UTF8.GetBytes($"nonsense\n{Passage("1", 20)}\n");
        (await new NatsJSContext(client).PublishAsync("tolls.passages", frame)).EnsureSuccess();

        await Eventually.True(async () => await tolls.Database.ScalarAsync<long>("select count(*) from ops.dead_letters") == 1);
        Assert.Equal("tolls accounts passages poison nonsense", await tolls.Database.ScalarAsync<string>(
            "select concat_ws(' ', system, stage, kind, class, convert_from(payload, 'UTF8')) from ops.dead_letters"));
        await Eventually.True(async () => await AccountAsync(tolls) is { Due: 20 });
    }

    [Fact]
    public async Task A_subject_that_no_stage_takes_cannot_be_published_to()
    {
        await using var tolls = await SystemRig.StartAsync(new TollModule());
        await using var client = NatsClients.To(tolls.Nats.Url);
        var js = new NatsJSContext(client);

        var streams = new List<string>();
        await foreach (var stream in js.ListStreamsAsync())
            streams.AddRange(stream.Info.Config.Subjects!);

        Assert.Equal(["tolls.bills", "tolls.passages", "tolls.retry.accounts", "tolls.retry.ledger"], streams.Order());
        await Assert.ThrowsAsync<NatsJSPublishNoResponseException>(async () => await js.PublishAsync("tolls.elsewhere", 1));
    }

    [Fact]
    public async Task While_NATS_is_away_events_are_taken_and_published_later()
    {
        await using var tolls = await SystemRig.StartAsync(new TollModule());
        await tolls.Nats.KillAsync();

        await Eventually.True(async () => (await PostAsync(tolls, Passage("1", 30))).Status == 202);
        await tolls.Nats.RestartAsync();

        await Eventually.True(async () => await AccountAsync(tolls) is { Due: 30 });
    }

    [Fact]
    public async Task While_Postgres_is_away_events_wait_and_its_own_endpoint_answers_503()
    {
        await using var tolls = await SystemRig.StartAsync(new TollModule(), ownPostgres: true);
        await tolls.Postgres.KillAsync();

        var posted = await PostAsync(tolls, Passage("1", 50));
        var asked = await tolls.GetAsync(AccountPath);
        await tolls.Postgres.RestartAsync();

        Assert.Equal(202, posted.Status);
        Assert.Equal((503, "/problems/unavailable", true), (asked.Status, (string)asked.Json["type"]!, (bool)asked.Json["retryable"]!));
        await Eventually.True(async () => (await tolls.GetAsync(AccountPath)).Status == 200 && await AccountAsync(tolls) is { Due: 50 });
    }

    [Fact]
    public async Task It_has_its_place_in_the_API_document_and_in_the_metrics()
    {
        await using var tolls = await SystemRig.StartAsync(new TollModule());
        await PostAsync(tolls, Passage("1", 40));
        await Eventually.True(async () => await AccountAsync(tolls) is { Due: 40 });

        var paths = (await tolls.GetAsync("/openapi/v1.json")).Json["paths"]!;
        var metrics = (await tolls.GetAsync("/metrics")).Text;
        Assert.Equal("publishTollsPassages", (string)paths["/tolls/passages"]!["post"]!["operationId"]!);
        Assert.Single(paths["/tolls/accounts/{plate}"]!["get"]!["parameters"]!.AsArray());
        Assert.Contains("rideingest_stage_events_total{", metrics, StringComparison.Ordinal);
        Assert.Contains("stage=\"accounts\"", metrics, StringComparison.Ordinal);
        Assert.Contains("rideingest_intake_frame_events_count{", metrics, StringComparison.Ordinal);
    }

    private static string Passage(string id, int cents) =>
        $$"""{"id":"{{id}}","plate":"KA01AB1234","cents":{{cents}},"at":"2026-11-29T08:00:00Z"}""";

    private static Task<Answer> PostAsync(SystemRig tolls, string body, string type = "application/json") =>
        tolls.PostAsync("/tolls/passages", body, type);

    private static async Task<Account> AccountAsync(SystemRig tolls)
    {
        var json = (await tolls.GetAsync(AccountPath)).Json;
        return new((int)json["due"]!, (long)json["billed"]!);
    }
}
