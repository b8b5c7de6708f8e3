using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using RideIngest.LocalServers.Nats;
using RideIngest.LocalServers.Postgres;

namespace RideIngest.Benchmarks.Casino;

/// <summary>All five roles in one process of their own, over a private NATS and Postgres; what it prints goes nowhere.</summary>
internal sealed class CasinoUnderTest(NatsServer nats, PostgresServer postgres, Process simulators, Process casino) : IAsyncDisposable
{
    private const string Simulators = "http://127.0.0.1:18231";

    public HttpClient Client { get; } = new() { BaseAddress = new Uri("http://127.0.0.1:18232") };

    public static async Task<CasinoUnderTest> StartAsync(double rate)
    {
        var nats = await NatsServer.StartAsync(new() { Progress = Console.Error.WriteLine });
        var postgres = await PostgresServer.StartAsync(new() { Progress = Console.Error.WriteLine });
        var database = await postgres.CreateDatabaseAsync("casino");
        var simulators = Start("Simulators", $"--urls {Simulators}");
        var casino = Start("Casino", string.Create(CultureInfo.InvariantCulture,
            $"--urls http://127.0.0.1:18232 --nats:url={nats.Url} '--postgres:url={database}' --casino:rates:url={Simulators}/simulators/rates --casino:generator:rate={rate}"));
        var started = new CasinoUnderTest(nats, postgres, simulators, casino);
        while (!await started.IsReadyAsync())
            await Task.Delay(50);
        return started;
    }

    public async Task<long> CountedAsync()
    {
        using var answer = await Client.GetAsync("/materialized");
        using var figures = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync());
        return figures.RootElement.GetProperty("events_total").GetInt64();
    }

    /// <summary>Processor time used so far by the casino, NATS and Postgres.</summary>
    public (TimeSpan Casino, TimeSpan Nats, TimeSpan Postgres) Processor() =>
        (Tree(casino.Id), Tree(nats.ProcessId), Tree(postgres.ProcessId));

    /// <summary>Resident memory of the casino.</summary>
    public long Memory()
    {
        casino.Refresh();
        return casino.WorkingSet64;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in (Process[])[casino, simulators])
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
        Client.Dispose();
        await nats.DisposeAsync();
        await postgres.DisposeAsync();
    }

    private async Task<bool> IsReadyAsync()
    {
        if (casino.HasExited)
            throw new InvalidOperationException("The casino has ended.");
        try
        {
            return (await Client.GetAsync("/readyz")).IsSuccessStatusCode && (await Client.GetAsync("/materialized")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static Process Start(string service, string arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, $"RideIngest.{service}.dll");
        return Process.Start("sh", ["-c", $"exec dotnet '{program}' {arguments} --logging:level=error > /dev/null"]);
    }

    /// <summary>A process with its children, ended ones included: field 14 to 17 of its stat, in hundredths of a second.</summary>
    private static TimeSpan Tree(int process)
    {
        var ticks = 0L;
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id) || Stat(id) is not { } stat)
                continue;
            if (id == process)
                ticks += stat[11..15].Sum(field => long.Parse(field, CultureInfo.InvariantCulture));
            else if (stat[1] == process.ToString(CultureInfo.InvariantCulture))
                ticks += stat[11..13].Sum(field => long.Parse(field, CultureInfo.InvariantCulture));
        }
        return TimeSpan.FromSeconds(ticks / 100.0);
    }

    // From the third field on: the second is a name that may hold anything.
    private static string[]? Stat(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
