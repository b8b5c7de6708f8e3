namespace RideIngest.LocalServers.Processes;

/// <summary>
/// Follows a server's log file. Servers log to a file because a pipe would break when this process ends, and a Go program dies on its next
/// write to a broken pipe, before it has closed its files.
/// </summary>
internal sealed class LogFollower : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _reading;

    private LogFollower(string file, Action<string> log) => _reading = Task.Run(() => FollowAsync(file, log));

    public static LogFollower Start(string file, Action<string> log) => new(file, log);

    /// <summary>Renames the log of the previous start, so that each start has its own log.</summary>
    public static void SetAside(string file)
    {
        if (File.Exists(file))
            File.Move(file, file + ".1", overwrite: true);
    }

    public static string LastLines(string file, int count = 15) =>
        File.Exists(file) ? string.Join('\n', File.ReadLines(file).TakeLast(count)) : "";

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task FollowAsync(string file, Action<string> log)
    {
        using var timer = new PeriodicTimer(Interval);
        using var stream = new FileStream(file, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        var partial = "";
        var buffer = new char[4096];
        for (var last = false; ;)
        {
            while (await reader.ReadAsync(buffer).ConfigureAwait(false) is > 0 and var read)
            {
                var lines = (partial + new string(buffer, 0, read)).Split('\n');
                partial = lines[^1];
                foreach (var line in lines[..^1])
                    log(line);
            }

            if (last)
                return;
            try
            {
                await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                last = true;
            }
        }
    }
}
