using System.Globalization;
using RideIngest.Records.Fields;

namespace RideIngest.Parking.Summary;

/// <summary>A line of the summary file.</summary>
/// <param name="Key">The key under which it is written once; null for a line that is written each time it is sent.</param>
/// <param name="Text">The line with its end.</param>
internal sealed record SummaryLine(string? Key, string Text)
{
    public const string Header = "vehicle_plate,entry_date_time,exit_date_time,duration,visit_id,version\n";

    // Keys of visits and of clients differ in their first letter.
    public static string VisitKey(string id, string version) => $"v:{id}:{version}";

    // A name and a key from a header have no line end, so that no other client has the same.
    public static string ClientKey(string? client, string key) => $"c:{client}\n{key}";

    public static SummaryLine Of(VehicleSummary visit)
    {
        var version = visit.Version.ToString(CultureInfo.InvariantCulture);
        return new(
            VisitKey(visit.Id, version),
            Columns(visit.VehiclePlate, visit.EntryDateTime, visit.ExitDateTime, visit.Duration, visit.Id, version));
    }

    /// <summary>A line that belongs to no visit.</summary>
    public static SummaryLine Of(PostedSummary posted, string? key) => new(
        key, Columns(posted.VehiclePlate, posted.EntryDateTime, posted.ExitDateTime, posted.Duration, "", ""));

    /// <summary>Returns the key of a line without its end; null if it belongs to no visit.</summary>
    public static string? KeyOf(ReadOnlySpan<char> line)
    {
        // The last two columns are never quoted.
        var version = line.LastIndexOf(',');
        var id = version < 0 ? -1 : line[..version].LastIndexOf(',');
        return id < 0 || id + 1 == version ? null : VisitKey(line[(id + 1)..version].ToString(), line[(version + 1)..].ToString());
    }

    private static string Columns(
        string plate, DateTimeOffset? entry, DateTimeOffset exit, string? duration, string id, string version)
    {
        var entered = entry is { } instant ? InstantText.Format(instant) : "";
        return $"{Escaped(plate)},{entered},{InstantText.Format(exit)},{Escaped(duration ?? "")},{id},{version}\n";
    }

    private static string Escaped(string field) => field.AsSpan().ContainsAny(",\"\r\n")
        ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
        : field;
}
