using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using RideIngest.LocalServers.Processes;

namespace RideIngest.Integration.Consumer;

/// <summary>A producer or a consumer as it is deployed: a process of its own.</summary>
internal sealed partial class SpineProcess : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly StringBuilder _said = new();
    private readonly Task _output;
    private readonly Task<string> _errors;
    private readonly TaskCompletionSource<Uri> _url = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="service"><c>Producer</c> or <c>Consumer</c>.</param>
    public SpineProcess(string service, params string[] args)
    {
        _process = Process.Start(
            new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, $"RideIngest.{service}.dll"), .. args])
            {
                WorkingDirectory = Path.GetTempPath(),
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        _output = ReadAsync();
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Where it listens.</summary>
    public Task<Uri> UrlAsync() => _url.Task.WaitAsync(Deadline);

    /// <summary>Waits until a line that it has said is as wanted, or so many lines are.</summary>
    public async Task SaysAsync(Func<string, bool> wanted, int times = 1)
    {
        for (var late = DateTime.UtcNow + Deadline; Said.Split('\n').Count(wanted) < times; await Task.Delay(20))
            Assert.True(DateTime.UtcNow < late && !_process.HasExited, $"It said only: {Said}");
    }

    public void Terminate() => Posix.Signal(_process.Id, Posix.Terminate);

    public void Kill() => Posix.Signal(_process.Id, Posix.Kill);

    /// <returns>The exit code, and all that it said.</returns>
    public async Task<(int Code, string Said)> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Deadline);
        await _output;
        return (_process.ExitCode, Said + await _errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }

    private string Said
    {
        get
        {
            lock (_said)
                return _said.ToString();
        }
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            lock (_said)
                _said.AppendLine(line);
            if (Listens().Match(line) is { Success: true } match)
                _url.TrySetResult(new Uri(match.Groups[1].Value));
        }
        _url.TrySetException(new InvalidOperationException($"It ended: {Said}"));
    }

    [GeneratedRegex(@"listens on (http://[^"" ,]+)")]
    private static partial Regex Listens();
}
