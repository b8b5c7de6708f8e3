using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting.Server;
using RideIngest.Hosting.Processes;
using RideIngest.Simulators.Settings;

namespace RideIngest.Simulators.Park;

/// <summary>The park's API, as visitors and rides' controllers use it. What fails is null, and is tried again later.</summary>
internal sealed class ParkApi(IServer server, SimulatedParkSettings settings) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new() { Timeout = Patience };

    public async Task<IReadOnlyList<SimulatedRide>?> RidesAsync(CancellationToken cancellationToken) =>
        (await SendAsync(HttpMethod.Get, "/park/rides", null, cancellationToken)).Body?["items"]?.AsArray()
            .Select(ride => new SimulatedRide(
                (long)ride!["id"]!, (int)ride["capacity"]!, (string)ride["boarding"]! == "reported", (int)ride["waiting"]!,
                (double?)ride["waiting_seconds"]))
            .ToList();

    public Task AddRideAsync(string name, int capacity, string rideTime, string boarding, CancellationToken cancellationToken) => SendAsync(
        HttpMethod.Post, "/park/rides",
        new JsonObject { ["name"] = name, ["capacity"] = capacity, ["ride_time"] = rideTime, ["boarding"] = boarding }, cancellationToken);

    public async Task<long?> EnterAsync(CancellationToken cancellationToken) =>
        (long?)(await SendAsync(HttpMethod.Post, "/park/customers", null, cancellationToken)).Body?["id"];

    public Task LeaveAsync(long customer, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, Path($"/park/customers/{customer}"), null, cancellationToken);

    public async Task<bool> JoinAsync(long customer, long ride, CancellationToken cancellationToken) => (await SendAsync(
        HttpMethod.Put, Path($"/park/rides/{ride}/queue/{customer}"), null, cancellationToken)).Status == HttpStatusCode.OK;

    public Task LeaveQueueAsync(long customer, long ride, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, Path($"/park/rides/{ride}/queue/{customer}"), null, cancellationToken);

    /// <returns>Whether the customer is still in the queue; null if that is not known.</returns>
    public async Task<bool?> IsQueuedAsync(long customer, CancellationToken cancellationToken) =>
        (string?)(await SendAsync(HttpMethod.Get, Path($"/park/customers/{customer}"), null, cancellationToken)).Body?["state"] is { } state
            ? state == "queued"
            : null;

    public Task DepartAsync(long ride, int boarded, DateTimeOffset at, CancellationToken cancellationToken) => SendAsync(
        HttpMethod.Post, Path($"/park/rides/{ride}/departures"),
        new JsonObject { ["boarded"] = boarded, ["at"] = at.ToString("O", CultureInfo.InvariantCulture) }, cancellationToken);

    public void Dispose() => _http.Dispose();

    private static string Path(FormattableString path) => path.ToString(CultureInfo.InvariantCulture);

    private async Task<(HttpStatusCode? Status, JsonNode? Body)> SendAsync(
        HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        if ((settings.Url?.TrimEnd('/') ?? OwnAddress.Of(server)) is not { } url)
            return (null, null);
        try
        {
            using var request = new HttpRequestMessage(method, url + path);
            if (body is not null)
                request.Content = JsonContent.Create(body);
            if (settings.Key is not null)
                request.Headers.Add("X-Api-Key", settings.Key);
            using var answer = await _http.SendAsync(request, cancellationToken);
            return (answer.StatusCode, answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created
                ? JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken))
                : null);
        }
        catch (Exception e) when (
            e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (null, null);
        }
    }
}

/// <summary>A ride as a visitor sees it.</summary>
/// <param name="Wait">In seconds; null while it is stopped.</param>
internal sealed record SimulatedRide(long Id, int Capacity, bool IsReported, int Waiting, double? Wait);
