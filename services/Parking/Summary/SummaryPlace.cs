using System.Globalization;
using RideIngest.Parking.Settings;

namespace RideIngest.Parking.Summary;

/// <summary>Where the summary file is, and the index beside it.</summary>
internal sealed class SummaryPlace
{
    private const string Day = "yyyy-MM-dd";

    private readonly string _file;
    private readonly bool _rotates;
    private readonly bool _ownsFolder;

    public SummaryPlace(ParkingSettings settings, ParkingDefaults defaults, IServiceProvider provider)
    {
        _file = Path.GetFullPath(settings.Summary.File ?? defaults.SummaryFile(provider));
        _rotates = settings.Summary.Rotate == SummaryRotation.Day;
        _ownsFolder = settings.Summary.File is null;
    }

    public string Folder => Path.GetDirectoryName(_file) ?? "/";

    public string Index => $"{_file}.keys";

    /// <summary>The file for what is written now.</summary>
    public string At(DateTimeOffset now) => _rotates ? Of(now.UtcDateTime.ToString(Day, CultureInfo.InvariantCulture)) : _file;

    /// <summary>Creates the folder unless the operator has named it: a missing one is then a disk that is not mounted.</summary>
    public void Prepare()
    {
        if (_ownsFolder)
            Directory.CreateDirectory(Folder);
    }

    /// <summary>All files that exist, rotated or not.</summary>
    public IEnumerable<string> Existing() => Directory
        .EnumerateFiles(Folder, $"{Stem}*{Path.GetExtension(_file)}")
        .Where(path => path == _file || IsOfDay(path));

    private string Stem => Path.GetFileNameWithoutExtension(_file);

    private string Of(string day) => Path.Combine(Folder, $"{Stem}-{day}{Path.GetExtension(_file)}");

    private bool IsOfDay(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        return name.Length == Stem.Length + 1 + Day.Length
            && DateOnly.TryParseExact(name[^Day.Length..], Day, CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            && path == Of(name[^Day.Length..]);
    }
}
