using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using RideIngest.LocalServers;

namespace RideIngest.Benchmarks.Nats;

/// <summary>
/// Runs the rows in child processes, the two clients in turn, over one server, and prints medians side by side.
/// In turn, because the machine is shared: what slows one down in a round slows the other down too.
/// </summary>
public static class NatsComparison
{
    public static async Task<int> RunAsync(string[] args)
    {
        var rounds = int.Parse(Option("--rounds") ?? "5", CultureInfo.InvariantCulture);
        var only = Option("--only") ?? "";
        var ours = typeof(NatsComparison).Assembly.Location;
        var against = Option("--against") ?? ours.Replace("/artifacts/bin/", "/artifacts/nats-package/bin/", StringComparison.Ordinal);
        var clients = new List<(string Name, string Program)> { ("ours", ours) };
        if (File.Exists(against) && against != ours) clients.Add(("NATS.Net", against));
        else Console.Error.WriteLine("NATS.Net is not measured: build this project with -c Release -p:NatsNet=package first.");

        await using var server = await NatsServer.StartAsync(new() { Url = Option("--url"), Progress = Console.Error.WriteLine });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores, .NET {Environment.Version}, nats-server {server.Version}; medians of {rounds} rounds in turn.\n"));
        var titles = Rows.All.Select(row => row.Title).Where(title => title.Contains(only, StringComparison.OrdinalIgnoreCase)).ToList();
        var readings = new List<(string Client, Reading Reading)>();
        foreach (var title in titles)
        {
            for (var round = 0; round < rounds; round++)
            {
                foreach (var (name, program) in round % 2 == 0 ? clients : Enumerable.Reverse(clients))
                {
                    readings.AddRange((await ChildAsync(program, server.Url, title)).Select(reading => (name, reading)));
                }
            }

            ComparisonTable.Print(title, titles[0] == title, readings);
        }

        return 0;

        string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var i && i + 1 < args.Length ? args[i + 1] : null;
    }

    private static async Task<List<Reading>> ChildAsync(string program, string url, string title)
    {
        using var child = Process.Start(new ProcessStartInfo("dotnet", [program, "nats-round", url, title]) { RedirectStandardOutput = true })!;
        var readings = new List<Reading>();
        while (await child.StandardOutput.ReadLineAsync() is { } line)
        {
            if (JsonSerializer.Deserialize<Reading>(line) is { } reading) readings.Add(reading);
        }

        await child.WaitForExitAsync();
        return child.ExitCode == 0 ? readings : throw new InvalidOperationException($"{program} ended with {child.ExitCode} in '{title}'.");
    }
}
