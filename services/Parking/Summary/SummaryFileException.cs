using RideIngest.Hosting.Config;

namespace RideIngest.Parking.Summary;

/// <summary>The summary file is not this process's to write.</summary>
internal sealed class SummaryFileException(string message, Exception? inner = null) : StartupException(message, inner)
{
    public static SummaryFileException InUse(string index, Exception inner) => new(
        $"The summary file is in use by another process, which has locked {index}. "
        + "Stop that one, or name another file: --parking:summary:file=PATH", inner);

    public static SummaryFileException Foreign(string path) => new(
        $"{path} is no summary file, because it does not begin with the header {SummaryLine.Header.TrimEnd()}. "
        + "Move it away, or name another file: --parking:summary:file=PATH");
}
