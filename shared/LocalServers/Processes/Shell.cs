using System.Diagnostics;

namespace RideIngest.LocalServers.Processes;

/// <summary>Runs a short command and collects its output.</summary>
internal static class Shell
{
    public sealed record Result(int ExitCode, string Output, string Errors)
    {
        public bool Succeeded => ExitCode == 0;

        public string Said => (Errors + Output).Trim();
    }

    /// <param name="heard">Receives each line of either stream as it is written.</param>
    /// <exception cref="LocalServerException">The program does not exist.</exception>
    public static async Task<Result> RunAsync(
        IEnumerable<string> command,
        string? directory = null,
        IReadOnlyDictionary<string, string>? environment = null,
        Action<string>? heard = null,
        CancellationToken cancellationToken = default)
    {
        var line = command.ToArray();
        var start = new ProcessStartInfo(line[0], line[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory ?? "",
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        using var process = Start(start);
        process.StandardInput.Close();
        var output = ReadAsync(process.StandardOutput, heard);
        var errors = ReadAsync(process.StandardError, heard);
        try
        {
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return new Result(process.ExitCode, await output.ConfigureAwait(false), await errors.ConfigureAwait(false));
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new LocalServerException($"{start.FileName} cannot be run: {e.Message}", e);
        }
    }

    private static async Task<string> ReadAsync(StreamReader reader, Action<string>? heard)
    {
        var all = new System.Text.StringBuilder();
        while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            all.Append(line).Append('\n');
            heard?.Invoke(line);
        }

        return all.ToString();
    }
}
