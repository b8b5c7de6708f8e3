using System.Globalization;
using RideIngest.CheckIn.Events;
using RideIngest.Contracts.Finding;
using RideIngest.Storage.Postgres;
using RideIngest.Streams.Finding;

namespace RideIngest.CheckIn.Reads;

/// <summary>Finds employees with their last records, and receipts, for the console.</summary>
internal sealed class EmployeeFinder(AttendanceReader attendance) : IFinder
{
    public string System => "checkin";

    public async Task<IReadOnlyList<Found>> FindAsync(string text, CancellationToken cancellationToken)
    {
        try
        {
            if (Guid.TryParse(text, out var id))
                return await TapAsync(id, cancellationToken);
            return EmployeeId.IsValid(text) && await attendance.EmployeeAsync(text, cancellationToken) is { } employee
                ?
                [
                    new(System, "employee", employee.EmployeeId, $"{employee.State} since {Text(employee.Since)}"),
                    .. employee.Records.Select(Of),
                ]
                : [];
        }
        catch (Exception e) when (StoreUnavailableException.Covers(e))
        {
            return [];
        }
    }

    private async Task<IReadOnlyList<Found>> TapAsync(Guid id, CancellationToken cancellationToken)
    {
        var found = new List<Found>();
        if (await attendance.RecordAsync(id, cancellationToken) is { } record)
            found.Add(Of(record));
        if (await attendance.ReceiptAsync(id, cancellationToken) is { } receipt)
            found.Add(new(System, "tap", receipt.Receipt, receipt.Action.Replace('_', ' ')));
        return found;
    }

    private Found Of(ReadRecord record)
    {
        var end = record.CheckedOutAt is { } at
            ? string.Create(CultureInfo.InvariantCulture, $" to {Text(at)}, {record.HoursWorked} hours")
            : "";
        return new(
            System, "record", record.Id.ToString(),
            $"{record.EmployeeId}, {record.State.Replace('_', ' ')}: {Text(record.CheckedInAt)}{end}");
    }

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
