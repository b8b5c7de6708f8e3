using System.Net.Http.Json;
using System.Text.Json.Nodes;
using RideIngest.Console;
using RideIngest.Hosting.Processes;
using RideIngest.Integration.Systems;
using RideIngest.Streams.Rides;
using RideIngest.Streams.Setup;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Console;

/// <summary>
/// A console over the servers of a rides consumer, for all tests of a class. Ada may replace payloads, Bob may only act, Carl only reads
/// records.
/// </summary>
public sealed class ConsoleRig : IAsyncLifetime
{
    internal const string Letters = "/ops/dead-letters";

    private readonly List<IAsyncDisposable> _running = [];

    internal ConsumerRig Rides { get; private set; } = null!;

    internal string Url { get; private set; } = "";

    internal OperatorClient Ada { get; private set; } = null!;

    internal OperatorClient Bob { get; private set; } = null!;

    internal OperatorClient Carl { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Rides = await ConsumerRig.CreateAsync();

        // Wider than a consumer creates it, for frames of unknown kinds.
        await Rides.Js.CreateStreamAsync(EnsuredStream.WorkQueue(RidesStream.Name, [RidesStream.Subject(">")], "", 1 << 30, 1));
        await Rides.RunAsync();
        await Rides.ReachedAsync();
        var url = await RunAsync();
        Url = url;
        (Ada, Bob, Carl) = (new(url, "ada-key"), new(url, "bob-key"), new(url, "carl-key"));
    }

    /// <summary>Runs a console in this process; returns its address.</summary>
    internal async Task<string> RunAsync()
    {
        var host = RideIngestHost.Create(
            "console",
            [
                "--urls", "http://127.0.0.1:0", "--logging:level=fatal", "--hosting:drain=1s", $"--nats:url={Rides.Nats.Url}",
                $"--postgres:url={Rides.ConnectionString}", .. Access,
            ],
            new ConsoleModule());
        await host.StartAsync();
        _running.Add(new Running(host));
        return host.Urls[0];
    }

    internal static string[] Access =>
    [
        .. Keys.Of(0, "ada", "ada-key", "ops", "ops:edit"), .. Keys.Of(1, "bob", "bob-key", "ops"),
        .. Keys.Of(2, "carl", "carl-key", "read"),
    ];

    /// <summary>Waits until a letter is there, with its code, and returns its id.</summary>
    internal async Task<long> LetterAsync(string code)
    {
        JsonNode? page = null;
        await Eventually.True(async () =>
            (page = (await Ada.GetAsync($"{Letters}?code={code}&state=open")).Json)["items"]!.AsArray().Count == 1);
        return (long)page!["items"]![0]!["id"]!;
    }

    internal async Task<string> StateAsync(long id) => (string)(await Ada.GetAsync($"{Letters}/{id}")).Json["letter"]!["state"]!;

    public async Task DisposeAsync()
    {
        foreach (var person in (OperatorClient[])[Ada, Bob, Carl])
            person.Dispose();
        foreach (var running in _running)
            await running.DisposeAsync();
        await Rides.DisposeAsync();
    }

    private sealed class Running(RideIngestHost host) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            await host.DisposeAsync();
        }
    }
}

/// <summary>Somebody with a key of a console.</summary>
internal sealed class OperatorClient(string url, string key) : IDisposable
{
    private readonly HttpClient _client = new()
    {
        BaseAddress = new Uri(url),
        Timeout = Deadlines.Hang,
        DefaultRequestHeaders = { { "X-Api-Key", key } },
    };

    public async Task<Answer> GetAsync(string path) => await Answer.OfAsync(await _client.GetAsync(path));

    public async Task<Answer> PostAsync(string path, JsonNode? body = null) =>
        await Answer.OfAsync(await _client.PostAsync(path, body is null ? null : JsonContent.Create(body)));

    public void Dispose() => _client.Dispose();
}
