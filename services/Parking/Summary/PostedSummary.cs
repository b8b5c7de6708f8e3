using System.ComponentModel;
using System.Text;
using System.Text.Json;
using RideIngest.Hosting.Problems;
using RideIngest.Parking.Events;
using RideIngest.Records.Fields;

namespace RideIngest.Parking.Summary;

/// <summary>The body of <c>POST /parkinglog</c>.</summary>
[Description("A vehicle's stay")]
internal sealed record PostedSummary(
    [property: Description("Letters and digits; case, spaces and dashes do not matter")] string VehiclePlate,
    [property: Description("An instant; without an offset it is in UTC")] DateTimeOffset EntryDateTime,
    [property: Description("An instant; without an offset it is in UTC")] DateTimeOffset ExitDateTime,
    [property: Description("Such as 1h2m3s; it is written as it is sent")] string Duration)
{
    private const string Instant = "must be an instant such as 2026-11-29T08:00:00Z; without an offset it is in UTC";

    /// <exception cref="JsonException">The body is not JSON.</exception>
    public static async Task<(PostedSummary? Posted, Problem? Problem)> ReadAsync(HttpRequest request)
    {
        using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
        if (body.RootElement.ValueKind != JsonValueKind.Object)
            return (null, Problem.OfStatus(422) with { Detail = "The body must be a JSON object." });
        var fields = new Fields(body.RootElement);
        var posted = new PostedSummary(
            fields.Plate("vehicle_plate"),
            fields.Instant("entry_date_time"),
            fields.Instant("exit_date_time"),
            fields.Duration("duration"));
        if (posted.EntryDateTime > posted.ExitDateTime && fields.Errors.Count == 0)
            fields.Errors["exit_date_time"] = [VehicleSummaryKind.ExitFirst];
        return fields.Errors.Count == 0 ? (posted, null) : (null, Problem.OfStatus(422) with
        {
            Detail = $"{string.Join("; ", fields.Errors.Select(error => $"{error.Key} {error.Value[0]}"))}.",
            Errors = fields.Errors,
        });
    }

    private sealed class Fields(JsonElement body)
    {
        public Dictionary<string, string[]> Errors { get; } = [];

        public string Plate(string name) =>
            Text(name, Events.Plate.Rule) is { } text && Valid(name, Events.Plate.TryRead(text, out var plate), Events.Plate.Rule)
                ? plate : "";

        public DateTimeOffset Instant(string name)
        {
            var instant = default(DateTimeOffset);
            if (Text(name, PostedSummary.Instant) is { } text)
                Valid(name, InstantText.TryParse(Encoding.UTF8.GetBytes(text), orUtc: true, out instant), PostedSummary.Instant);
            return instant;
        }

        public string Duration(string name) =>
            Text(name, StayText.Rule) is { } text && Valid(name, StayText.IsValid(text), StayText.Rule) ? text : "";

        private string? Text(string name, string rule)
        {
            if (!body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            {
                Errors[name] = ["is required"];
                return null;
            }
            try
            {
                return Valid(name, value.ValueKind == JsonValueKind.String, rule) ? value.GetString() : null;
            }
            catch (InvalidOperationException)
            {
                // A lone surrogate.
                Errors[name] = ["is not valid Unicode"];
                return null;
            }
        }

        private bool Valid(string name, bool isValid, string rule)
        {
            if (!isValid)
                Errors[name] = [rule];
            return isValid;
        }
    }
}
