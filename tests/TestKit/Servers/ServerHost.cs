using RideIngest.LocalServers.Nats;
using RideIngest.LocalServers.Postgres;
using RideIngest.LocalServers.Processes;

namespace RideIngest.TestKit.Servers;

/// <summary>
/// A process that owns servers, for tests that kill it: <c>dotnet RideIngest.TestKit.dll DIRECTORY</c> starts both over
/// that directory, prints a line for each, then "ready", and stops them when its input ends. Ctrl-C only makes it say so.
/// </summary>
internal static class ServerHost
{
    public static async Task Main(string[] arguments)
    {
        Console.CancelKeyPress += (_, interrupt) =>
        {
            interrupt.Cancel = true;
            Console.WriteLine("interrupted");
        };
        var data = arguments.FirstOrDefault();
        await using var nats = await NatsServer.StartAsync(new() { DataDirectory = Below("nats"), Progress = Console.Error.WriteLine });
        await using var postgres = await PostgresServer.StartAsync(new()
        {
            DataDirectory = Below("postgres"),
            Progress = Console.Error.WriteLine,
        });
        Console.WriteLine($"nats {nats.ProcessId} {nats.DataDirectory} {nats.Url}");
        Console.WriteLine($"postgres {postgres.ProcessId} {postgres.DataDirectory} {postgres.ConnectionString}");
        Console.WriteLine("ready");
        await Console.In.ReadToEndAsync();

        string? Below(string name) => data is null ? null : Path.Combine(data, name);
    }
}
