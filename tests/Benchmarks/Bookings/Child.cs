using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace RideIngest.Benchmarks.Bookings;

/// <summary>A process under load: ours as it is deployed, or a peer.</summary>
internal sealed partial class Child : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly string _name;

    private Child(Process process, string name) => (_process, _name) = (process, name);

    /// <summary>Where it listens, if it does.</summary>
    public string Url { get; private set; } = "";

    /// <param name="assembly">As it lies beside us: <c>RideIngest.Producer.dll</c>.</param>
    public static async Task<Child> StartAsync(string assembly, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, assembly), .. args])
        {
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };

        // Peers are compiled into the benchmark, whose own collector is another than that of a web service.
        start.Environment["DOTNET_gcServer"] = "1";
        var child = new Child(Process.Start(start)!, assembly);
        var ready = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = child.ReadAsync(ready);
        child.Url = await ready.Task.WaitAsync(Deadline);
        return child;
    }

    /// <summary>The most memory that it has had resident so far.</summary>
    public long PeakMemory()
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(Digits().Match(line).ValueSpan, CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>What it has cost the processor so far.</summary>
    public TimeSpan ProcessorTime()
    {
        _process.Refresh();
        return _process.TotalProcessorTime;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process.HasExited)
            return;
        _process.StandardInput.Close();
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    private async Task ReadAsync(TaskCompletionSource<string> ready)
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (Listens().Match(line) is { Success: true } match)
                ready.TrySetResult(match.Value);
            else if (line == "ready")
                ready.TrySetResult("");
            else if (line.Contains("\"error\"", StringComparison.OrdinalIgnoreCase)
                || line.Contains("\"warning\"", StringComparison.OrdinalIgnoreCase))
                await Console.Error.WriteLineAsync($"{_name}: {line}");
        }
        ready.TrySetException(new InvalidOperationException($"{_name} ended before it was ready."));
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Listens();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();
}
