using RideIngest.Parking.Events;
using RideIngest.Records.Fields;
using RideIngest.Records.Kinds;

namespace RideIngest.Parking.Summary;

/// <summary>What the summary file says about a version of a visit. Its id is the visit's.</summary>
internal sealed record VehicleSummary : Record<string>
{
    public int Version { get; init; }

    public string VehiclePlate { get; set; } = "";

    /// <summary>Null, as the duration, for a visit that is withdrawn.</summary>
    public DateTimeOffset? EntryDateTime { get; init; }

    public DateTimeOffset ExitDateTime { get; init; }

    /// <summary>As in <see cref="StayText"/>.</summary>
    public string? Duration { get; init; }

    public static VehicleSummary Of(Visit visit) => new()
    {
        Id = visit.Id,
        Version = visit.Version,
        VehiclePlate = visit.VehiclePlate,
        EntryDateTime = visit.EntryDateTime,
        ExitDateTime = visit.ExitDateTime,
        Duration = visit.Duration is { } duration ? StayText.Of(duration) : null,
    };
}

internal sealed class VehicleSummaryKind() : Kind<VehicleSummary>("vehicle_summaries", "parking",
    Field(summary => summary.Version).AtLeast(1),
    Text(summary => summary.VehiclePlate, Plate.LongestText),
    Field(summary => summary.EntryDateTime).OrUtc(),
    Field(summary => summary.ExitDateTime).OrUtc(),
    Text(summary => summary.Duration, StayText.Longest))
{
    public const string ExitFirst = "must not be before entry_date_time";

    public override VehicleSummary Sample { get; } = new()
    {
        Id = "south-3391",
        Version = 1,
        VehiclePlate = "KA01AB1234",
        EntryDateTime = new(2026, 11, 29, 8, 0, 0, TimeSpan.Zero),
        ExitDateTime = new(2026, 11, 29, 9, 2, 3, TimeSpan.Zero),
        Duration = "1h2m3s",
    };

    protected override void Check(VehicleSummary record, ref FieldProblems problems)
    {
        record.VehiclePlate = Plate.Check(record.VehiclePlate, ref problems);
        if (record.EntryDateTime > record.ExitDateTime)
            problems.Add("exit_date_time", ExitFirst);
        if (record.Duration is null != record.EntryDateTime is null)
            problems.Add("duration", "must be given with entry_date_time, and not without it");
        else if (record.Duration is { } duration && !StayText.IsValid(duration))
            problems.Add("duration", StayText.Rule);
    }
}
