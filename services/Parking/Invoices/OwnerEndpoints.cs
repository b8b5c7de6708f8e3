using System.Text.Json;
using System.Text.Json.Nodes;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Endpoints;
using RideIngest.Hosting.OpenApi;
using RideIngest.Hosting.Problems;
using RideIngest.Mail.Sending;
using RideIngest.Parking.Events;

namespace RideIngest.Parking.Invoices;

/// <summary><c>/parking/owners/{plate}</c>: the addresses to which invoices are sent.</summary>
internal sealed partial class OwnerEndpoints(OwnerTable owners, ILogger<OwnerEndpoints> logger)
{
    private const string Tag = "parking";

    private static readonly ProblemAnswer[] Any =
    [
        "unauthorized", "forbidden", "too-many-requests", "internal",
        ("validation", "The plate or the address is wrong."),
        ("unavailable", "Postgres is unavailable."),
    ];

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        const string Path = "/parking/owners/{plate}";
        var owners = endpoints.ServiceProvider.GetRequiredService<OwnerEndpoints>();
        Of(endpoints.MapPut(Path, owners.PutAsync))
            .Operation("putParkingOwner", Tag, "Name the owner of a vehicle", "Invoices that waited for an owner are sent.")
            .Takes(typeof(OwnerRequest), "The owner", JsonNode.Parse("""{"email":"owner@example.com"}""")!)
            .Answers(typeof(VehicleOwner), 200, "The owner")
            .Refuses([.. Any, ("bad-request", "The body has no email.")]);
        Of(endpoints.MapGet(Path, owners.GetAsync))
            .Operation("getParkingOwner", Tag, "The owner of a vehicle")
            .Answers(typeof(VehicleOwner), 200, "The owner")
            .Refuses([.. Any, ("not-found", "The vehicle has no known owner.")]);
        Of(endpoints.MapDelete(Path, owners.DeleteAsync))
            .Operation("deleteParkingOwner", Tag, "Forget the owner of a vehicle", "What is issued after that waits for an owner.")
            .Answers(typeof(VehicleOwner), 200, "The owner as it was")
            .Refuses([.. Any, ("not-found", "The vehicle has no known owner.")]);

        static IEndpointConventionBuilder Of(IEndpointConventionBuilder endpoint) => endpoint.Needs(Scopes.Ops).LimitedAsRead()
            .Path("plate", Parameters.Text, "Case, spaces and dashes do not matter", "KA01AB1234");
    }

    private async Task<IResult> PutAsync(string plate, HttpContext http)
    {
        if (!TryRead(plate, out var stored))
            return WrongPlate;
        if (await EmailAsync(http.Request) is not { } email)
            return Problem.OfStatus(400) with { Detail = "The body must be an object with email." };
        if (!EmailAddress.IsValid(email))
            return Problem.OfField("email", "must be an address such as owner@example.com");
        var owner = await owners.PutAsync(stored, email, http.RequestAborted);
        Named(Caller.NameOf(http), stored);
        return ApiJson.Answer(owner);
    }

    private async Task<IResult> GetAsync(string plate, CancellationToken cancellationToken)
    {
        if (!TryRead(plate, out var stored))
            return WrongPlate;
        return await owners.FindAsync(stored, cancellationToken) is { } owner ? ApiJson.Answer(owner) : Unknown;
    }

    private async Task<IResult> DeleteAsync(string plate, HttpContext http)
    {
        if (!TryRead(plate, out var stored))
            return WrongPlate;
        if (await owners.DeleteAsync(stored, http.RequestAborted) is not { } owner)
            return Unknown;
        Forgotten(Caller.NameOf(http), stored);
        return ApiJson.Answer(owner);
    }

    private static Problem WrongPlate => Problem.OfField("plate", "must have 1 to 16 letters and digits");

    private static Problem Unknown => Problem.OfStatus(404) with { Detail = "The vehicle has no known owner." };

    private static bool TryRead(string plate, out string stored)
    {
        stored = "";
        return plate.Length <= Plate.LongestText && Plate.TryRead(plate, out stored);
    }

    private static async Task<string?> EmailAsync(HttpRequest request)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
            return body.RootElement.ValueKind == JsonValueKind.Object && body.RootElement.TryGetProperty("email", out var email)
                && email.ValueKind == JsonValueKind.String ? email.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [LoggerMessage(6661, LogLevel.Information, "{By} named the owner of {Plate}. Invoices that waited for it are sent")]
    private partial void Named(string by, string plate);

    [LoggerMessage(6662, LogLevel.Information, "{By} deleted the owner of {Plate}. Its invoices wait for another one")]
    private partial void Forgotten(string by, string plate);
}
