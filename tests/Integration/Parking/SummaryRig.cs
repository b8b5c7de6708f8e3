using System.Text;
using Microsoft.Extensions.DependencyInjection;
using RideIngest.Hosting.Processes;
using RideIngest.Integration.Systems;
using RideIngest.Parking;
using RideIngest.Parking.Settings;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Parking;

/// <summary>A process with the role summary.</summary>
internal sealed class SummaryRig : IAsyncDisposable
{
    public const string Recorded = """{"detail":"Vehicle summary recorded successfully"}""";

    public const string Plain =
        """
        {"vehicle_plate":"ka-01 ab 1234","entry_date_time":"2026-11-29T08:00:00Z","exit_date_time":"2026-11-29T09:02:03Z","duration":"1h2m3s"}
        """;

    public const string PlainLine = "KA01AB1234,2026-11-29T08:00:00Z,2026-11-29T09:02:03Z,1h2m3s,,";

    private readonly RideIngestHost _host;
    private readonly HttpClient _client;

    private SummaryRig(RideIngestHost host) =>
        (_host, _client) = (host, new HttpClient { BaseAddress = new Uri(host.Urls[0]), Timeout = Deadlines.Hang });

    public string Url => _host.Urls[0];

    public static Task<SummaryRig> StartAsync(string file, params string[] args) => StartAsync(file, clock: null, args);

    public static async Task<SummaryRig> StartAsync(string file, TimeProvider? clock, params string[] args)
    {
        var (nats, database) = (await TestNats.SharedAsync(), await TestPostgres.CreateDatabaseAsync());
        var host = RideIngestHost.Create(
            "parking",
            [
                "--urls", "http://127.0.0.1:0", "--logging:level=fatal", $"--nats:url={nats.Url}", $"--postgres:url={database}",
                "--roles", "summary", $"--parking:summary:file={file}", .. args,
            ],
            new TestModule(services =>
            {
                if (clock is not null)
                    services.AddSingleton(clock);
            }),
            new ParkingModule(ParkingDefaults.Alone));
        try
        {
            await host.StartAsync();
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
        return new(host);
    }

    /// <summary>A version of a visit, as it is posted.</summary>
    public static string Visit(string id, int version = 1) =>
        $$"""
        {"id":"{{id}}","version":{{version}},"vehicle_plate":"AB1","entry_date_time":"2026-11-29T08:00:00Z","exit_date_time":"2026-11-29T08:00:05Z","duration":"5s"}
        """;

    public static string Line(string id, int version = 1) => $"AB1,2026-11-29T08:00:00Z,2026-11-29T08:00:05Z,5s,{id},{version}";

    /// <summary>The lines of a file that are complete, without its header.</summary>
    public static string[] Lines(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        var lines = reader.ReadToEnd().Split('\n');
        Assert.Equal("vehicle_plate,entry_date_time,exit_date_time,duration,visit_id,version", lines[0]);
        return lines[1..^1];
    }

    public async Task<Answer> PostAsync(string body, string? idempotencyKey = null, string? apiKey = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/parkinglog")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        if (apiKey is not null)
            request.Headers.Add("X-Api-Key", apiKey);
        return await Answer.OfAsync(await _client.SendAsync(request));
    }

    public async Task<Answer> PostManyAsync(params IEnumerable<string> visits) => await Answer.OfAsync(await _client.PostAsync(
        "/parkinglog/batch", new StringContent(string.Join('\n', visits), Encoding.UTF8, "application/x-ndjson")));

    public async Task<string> ReadyAsync() => await _client.GetStringAsync("/readyz");

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _host.StopAsync();
        await _host.DisposeAsync();
    }
}
