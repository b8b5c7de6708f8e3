using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RideIngest.Records.Kinds;

/// <summary>The id of a record of any kind: a number, or text.</summary>
[JsonConverter(typeof(Json))]
public readonly record struct RecordId(long? Number, string? Text)
{
    public RecordId(long number)
        : this(number == 0 ? null : number, null)
    {
    }

    public RecordId(string? text)
        : this(null, string.IsNullOrEmpty(text) ? null : text)
    {
    }

    /// <summary>Whether there is no id, because it is missing or could not be read.</summary>
    public bool IsMissing => Number is null && Text is null;

    public static implicit operator RecordId(long number) => new(number);

    public override string? ToString() => Text ?? Number?.ToString(CultureInfo.InvariantCulture);

    /// <summary>Writes the id.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        if (Text is not null)
            json.WriteStringValue(Text);
        else if (Number is { } number)
            json.WriteNumberValue(number);
        else
            json.WriteNullValue();
    }

    private sealed class Json : JsonConverter<RecordId>
    {
        public override RecordId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Number ? new(reader.GetInt64()) : new(reader.GetString());

        public override void Write(Utf8JsonWriter writer, RecordId value, JsonSerializerOptions options) => value.WriteTo(writer);
    }
}
