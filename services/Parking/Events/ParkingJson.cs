using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RideIngest.Parking.Events;

/// <summary>Writes the answers of the API.</summary>
internal static class ParkingJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public static IResult Answer<TBody>(TBody body, int status = StatusCodes.Status200OK) =>
        TypedResults.Json(body, Options, statusCode: status);
}
