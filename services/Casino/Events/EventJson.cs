using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RideIngest.Casino.Events;

/// <summary>Reads and writes events as JSON lines, between stages and in the printed output. Null values are omitted.</summary>
internal static class EventJson
{
    private static readonly JsonWriterOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public static Utf8JsonWriter Writer(IBufferWriter<byte> output) => new(output, Plain);

    /// <summary>Reads an event, from this system or from another client that publishes to the stream.</summary>
    /// <exception cref="JsonException">The line is not an event that can be processed.</exception>
    public static CasinoEvent Read(ReadOnlySpan<byte> line)
    {
        var e = JsonSerializer.Deserialize(line, EventJsonContext.Default.CasinoEvent)
            ?? throw new JsonException("An event is expected, not null");
        if (e.Id < 1 || e.PlayerId < 1 || !Enum.IsDefined(e.Type))
            throw new JsonException("It has no id, no player or no known type");
        if (e.Amount is < 0 or > EventKind.MostAmount
            || (e.Amount is not null || e.Currency is not null) && Currencies.UnitsOf(e.Currency ?? "") == 0)
            throw new JsonException($"{e.Amount} {e.Currency} is not a valid amount");
        return e;
    }

    /// <summary>Writes an event as a line.</summary>
    /// <param name="json">A <see cref="Writer"/> on <paramref name="output"/>.</param>
    public static void WriteLine(CasinoEvent e, Utf8JsonWriter json, IBufferWriter<byte> output)
    {
        json.WriteStartObject();
        json.WriteNumber("id", e.Id);
        json.WriteNumber("player_id", e.PlayerId);
        if (e.GameId is { } game)
            json.WriteNumber("game_id", game);
        json.WriteString("type", Name(e.Type));
        if (e.Amount is { } amount)
            json.WriteNumber("amount", amount);
        if (e.Currency is { } currency)
            json.WriteString("currency", currency);
        if (e.HasWon is { } won)
            json.WriteBoolean("has_won", won);
        json.WriteString("created_at", e.CreatedAt.UtcDateTime);
        if (e.AmountEur is { } euros)
            json.WriteNumber("amount_eur", euros);
        if (e.Player is { } player)
            WritePlayer(player, json);
        if (e.Description is { } description)
            json.WriteString("description", description);
        json.WriteEndObject();
        json.Flush();
        json.Reset();
        output.Write("\n"u8);
    }

    private static void WritePlayer(Player player, Utf8JsonWriter json)
    {
        json.WriteStartObject("player");
        if (player.Email is { } email)
            json.WriteString("email", email);
        if (player.LastSignedInAt is { } signedIn)
            json.WriteString("last_signed_in_at", signedIn.UtcDateTime);
        json.WriteEndObject();
    }

    public static string Name(EventType type) => type switch
    {
        EventType.GameStart => "game_start",
        EventType.Bet => "bet",
        EventType.Deposit => "deposit",
        _ => "game_stop",
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CasinoEvent))]
internal sealed partial class EventJsonContext : JsonSerializerContext;
