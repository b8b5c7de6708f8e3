using System.Diagnostics;
using RideIngest.LocalServers;

namespace RideIngest.Integration.Consumer;

/// <summary>The consumer as it is deployed: a process of its own.</summary>
internal sealed class ConsumerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _errors;

    public ConsumerProcess(params string[] args)
    {
        _process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "RideIngest.Consumer.dll"), .. args])
        {
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _errors = _process.StandardError.ReadToEndAsync();
    }

    public void Terminate() => Posix.Signal(_process.Id, Posix.Terminate);

    public void Kill() => Posix.Signal(_process.Id, Posix.Kill);

    /// <returns>The exit code, and all that it said.</returns>
    public async Task<(int Code, string Said)> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Deadline);
        return (_process.ExitCode, await _output + await _errors);
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
}
