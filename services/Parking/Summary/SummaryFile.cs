using System.Text;
using Microsoft.Win32.SafeHandles;

namespace RideIngest.Parking.Summary;

/// <summary>
/// The open summary file. A group of lines is one commit: the lines are synced, then the index commits their keys and the file's length.
/// What is beyond that length was never answered for, and is cut off when the file is opened. After an exception it must be opened anew.
/// </summary>
internal sealed class SummaryFile : IDisposable
{
    private readonly SummaryPlace _place;
    private readonly SummaryIndex _index;
    private readonly SummaryRepair _repair;
    private string _path;
    private SafeFileHandle? _file;
    private long _length;

    private SummaryFile(SummaryPlace place, SummaryIndex index, SummaryRepair repair, string path)
    {
        (_place, _index, _repair, _path) = (place, index, repair, path);
        OpenPath();
    }

    /// <exception cref="SummaryFileException">Another process has it, or it is another kind of file.</exception>
    public static SummaryFile Open(SummaryPlace place, SummaryRepair repair, DateTimeOffset now)
    {
        place.Prepare();
        var index = SummaryIndex.Open(place.Index, fill: empty => repair.Rebuild(empty, place.Existing()));
        try
        {
            // A killed process may have left more than today's.
            foreach (var (name, length) in index.Lengths())
                repair.CutOff(Path.Combine(place.Folder, name), length);
            return new(place, index, repair, place.At(now));
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    /// <summary>Writes those lines whose keys are new. Returns when all are on disk.</summary>
    public void Write(IEnumerable<SummaryLine> lines, DateTimeOffset now)
    {
        Follow(_place.At(now));
        using var added = new MemoryStream();
        _index.Begin();
        foreach (var line in lines)
        {
            if (line.Key is null || _index.Add(line.Key))
                added.Write(Encoding.UTF8.GetBytes(line.Text));
        }
        if (added.Length > 0)
        {
            RandomAccess.Write(_file!, added.GetBuffer().AsSpan(0, (int)added.Length), _length);
            RandomAccess.FlushToDisk(_file!);
            _length += added.Length;
            _index.Record(Path.GetFileName(_path), _length);
        }
        _index.Commit();
    }

    public void Dispose()
    {
        _file?.Dispose();
        _index.Dispose();
    }

    /// <summary>Goes on in the file of a new day, or in a new file if somebody has moved this one.</summary>
    private void Follow(string path)
    {
        var file = new FileInfo(path);
        if (path == _path && file.Exists && file.Length == _length)
            return;
        _file?.Dispose();
        _path = path;
        OpenPath();
    }

    private void OpenPath()
    {
        var known = _index.Lengths().TryGetValue(Path.GetFileName(_path), out var recorded);
        var found = new FileInfo(_path) is { Exists: true } file ? file.Length : 0;
        if (known && found >= recorded)
            _repair.CutOff(_path, recorded);
        else
        {
            if (known)
                _repair.ReportMoved(_path, recorded, found);
            _index.Begin();
            _repair.Adopt(_index, _path);
            _index.Commit();
        }
        _file = File.OpenHandle(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        _length = RandomAccess.GetLength(_file);
    }
}
