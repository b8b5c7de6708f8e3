namespace RideIngest.Benchmarks.Parking;

/// <summary>Counts the lines of a file that grows, without its header.</summary>
internal sealed class LineCount(string path)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly byte[] _buffer = new byte[1 << 20];
    private long _read;
    private long _lines = -1;

    public async Task UntilAsync(long lines)
    {
        while (Now() < lines)
            await Task.Delay(Poll);
    }

    private long Now()
    {
        if (!File.Exists(path))
            return 0;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = _read;
        while (file.Read(_buffer) is > 0 and var read)
        {
            _read += read;
            _lines += _buffer.AsSpan(0, read).Count((byte)'\n');
        }
        return _lines;
    }
}
