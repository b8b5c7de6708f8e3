using System.Text.Json;
using System.Text.Json.Serialization;

namespace NATS.Client.JetStream.Wire;

/// <summary>Instants in UTC, written with a <c>Z</c> as the server writes them itself.</summary>
internal sealed class UtcTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime);
}
