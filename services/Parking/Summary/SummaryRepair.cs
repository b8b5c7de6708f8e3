using System.Text;

namespace RideIngest.Parking.Summary;

/// <summary>Brings a summary file and its index together: after a kill, and when somebody has moved one of them.</summary>
internal sealed partial class SummaryRepair(ILogger<SummaryRepair> logger)
{
    private const int PieceBytes = 64 * 1024;

    /// <summary>Fills an empty index from the files beside it.</summary>
    public void Rebuild(SummaryIndex index, IEnumerable<string> files)
    {
        foreach (var path in files)
            Rebuilt(path, Adopt(index, path));
    }

    /// <summary>Cuts off what is beyond the recorded length.</summary>
    public void CutOff(string path, long length)
    {
        if (new FileInfo(path) is not { Exists: true } found || found.Length <= length)
            return;
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.SetLength(file, length);
        RandomAccess.FlushToDisk(file);
        Cut(path, found.Length - length);
    }

    /// <summary>
    /// Begins a file, or takes over one that the index does not know: without a torn last line, and with the keys of its visits.
    /// </summary>
    /// <returns>The number of its lines.</returns>
    /// <exception cref="SummaryFileException">It is another kind of file.</exception>
    public long Adopt(SummaryIndex index, string path)
    {
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        var end = EndOfLastLine(file);
        if (!HasHeader(file, end))
            throw SummaryFileException.Foreign(path);
        if (end < file.Length)
        {
            Cut(path, file.Length - end);
            file.SetLength(end);
        }
        var lines = AddKeys(index, file);
        if (end == 0)
            file.Write(Encoding.UTF8.GetBytes(SummaryLine.Header));
        file.Flush(flushToDisk: true);
        index.Record(Path.GetFileName(path), file.Length);
        return lines;
    }

    /// <summary>Logs that a new file begins where an older one was.</summary>
    public void ReportMoved(string path, long recorded, long found) => Moved(path, recorded, found);

    private static long EndOfLastLine(FileStream file)
    {
        var piece = new byte[PieceBytes];
        for (var end = file.Length; end > 0;)
        {
            var read = piece.AsSpan(0, (int)Math.Min(PieceBytes, end));
            end -= read.Length;
            file.Position = end;
            file.ReadExactly(read);
            if (read.LastIndexOf((byte)'\n') is >= 0 and var at)
                return end + at + 1;
        }
        return 0;
    }

    private static bool HasHeader(FileStream file, long end)
    {
        var header = Encoding.UTF8.GetBytes(SummaryLine.Header);
        var first = new byte[(int)Math.Min(header.Length, file.Length)];
        file.Position = 0;
        file.ReadExactly(first);
        return header.AsSpan().StartsWith(first) && (end > 0 || file.Length < header.Length);
    }

    private static long AddKeys(SummaryIndex index, FileStream file)
    {
        var lines = 0L;
        file.Position = 0;
        using var reader = new StreamReader(file, Encoding.UTF8, leaveOpen: true);
        if (reader.ReadLine() is null)
            return 0;
        for (; reader.ReadLine() is { } line; lines++)
        {
            if (SummaryLine.KeyOf(line) is { } key)
                index.Add(key);
        }
        return lines;
    }

    [LoggerMessage(6621, LogLevel.Warning,
        "Cut {Bytes} bytes off the end of {Path}: they belong to lines that no sender was told to be written")]
    private partial void Cut(string path, long bytes);

    [LoggerMessage(6622, LogLevel.Warning,
        "{Path} had no index. The keys of its {Lines} lines are known again, except for Idempotency-Keys of earlier requests")]
    private partial void Rebuilt(string path, long lines);

    [LoggerMessage(6623, LogLevel.Warning,
        "{Path} had {Recorded} bytes and has {Found}: it was moved or cut. A new one begins; what the old one had is not written again")]
    private partial void Moved(string path, long recorded, long found);
}
