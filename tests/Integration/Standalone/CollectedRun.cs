using System.Diagnostics;
using System.Text;
using Npgsql;
using RideIngest.Integration.Hosting;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Standalone;

/// <summary>What a collector has got of one process, from its start to its end, to which all that the tests ask about was sent.</summary>
public sealed class CollectedRun : IAsyncLifetime, IDisposable
{
    /// <summary>Records that are sent at once, so that frames hold several.</summary>
    public const int Burst = 100;

    /// <summary>Requests that post a record, but for the one that its sender does not record.</summary>
    public const int Posts = Burst + 3;

    public const string RequestLog = "Microsoft.AspNetCore.Hosting.Diagnostics";

    private readonly TestDirectory _folder = new();

    internal OtlpCollector Collector { get; private set; } = null!;

    internal NpgsqlDataSource Database { get; private set; } = null!;

    /// <summary>The log, line by line.</summary>
    public IReadOnlyList<string> Output { get; private set; } = [];

    /// <summary>Of a request for a path that is not there, whose sender records it.</summary>
    public string RecordedTrace { get; } = NewTrace();

    /// <summary>Of a record whose sender does not record its request.</summary>
    public string UnrecordedTrace { get; } = NewTrace();

    public long UnrecordedId { get; } = Given.NewId();

    /// <summary>Of a record that was sent by itself: stored, again, and with another content.</summary>
    public long LoneId { get; } = Given.NewId();

    public async Task InitializeAsync()
    {
        Collector = await OtlpCollector.StartAsync();
        var database = await TestPostgres.CreateDatabaseAsync();
        Database = NpgsqlDataSource.Create(database);
        await using var standalone = StartedProcess.Standalone(
            _folder.Path, Collector.Environment, "--urls", "http://127.0.0.1:0", $"--nats:url={(await TestNats.SharedAsync()).Url}",
            $"--postgres:url={database}", $"--logging:levels:{RequestLog}=information", "--casino:generator:rate=20");
        using var client = new HttpClient { BaseAddress = await standalone.UrlAsync() };
        await RideSystem.WholeAsync(client);

        foreach (var probe in (string[])["/healthz", "/readyz", "/metrics", "/HEALTHZ"])
            await client.GetAsync(probe);
        await SendAsync(client, HttpMethod.Get, "/readyz", NewTrace(), "01");
        foreach (var stream in (string[])["/rides/stream", "/casino/live"])
            (await client.GetAsync(stream, HttpCompletionOption.ResponseHeadersRead)).Dispose();
        await SendAsync(client, HttpMethod.Get, "/nowhere", RecordedTrace, "01");
        foreach (var (user, status) in ((int, int)[])[(987_654_321, 201), (987_654_321, 200), (987_654_322, 409)])
            Assert.Equal(status, await PostAsync(client, Given.Booking(LoneId, user: user)));
        await SendAsync(client, HttpMethod.Post, "/v1/bookings", UnrecordedTrace, "00", Given.Booking(UnrecordedId));
        Assert.Equal(200, (int)(await client.GetAsync($"/v1/bookings/{UnrecordedId}")).StatusCode);
        await Task.WhenAll(Enumerable.Range(0, Burst).Select(_ => PostAsync(client, Given.Booking(Given.NewId()))));

        standalone.Terminate();
        Assert.Equal(0, await standalone.ExitAsync());
        Output = standalone.Output;
    }

    public async Task DisposeAsync()
    {
        await Collector.DisposeAsync();
        await Database.DisposeAsync();
    }

    public void Dispose() => _folder.Dispose();

    private static string NewTrace() => ActivityTraceId.CreateRandom().ToHexString();

    private static async Task<int> PostAsync(HttpClient client, string booking)
    {
        using var content = new StringContent(booking, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync("/v1/bookings", content);
        return (int)answer.StatusCode;
    }

    private static async Task SendAsync(HttpClient client, HttpMethod method, string path, string trace, string flags, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Add("traceparent", $"00-{trace}-00000000000000aa-{flags}");
        (await client.SendAsync(request)).Dispose();
    }
}
