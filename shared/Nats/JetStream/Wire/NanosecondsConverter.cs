using System.Text.Json;
using System.Text.Json.Serialization;

namespace NATS.Client.JetStream.Wire;

/// <summary>Durations as the server writes them: whole nanoseconds.</summary>
internal sealed class NanosecondsConverter : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        FromNanoseconds(reader.GetInt64());

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(ToNanoseconds(value));

    internal static TimeSpan FromNanoseconds(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);

    internal static long ToNanoseconds(TimeSpan value) => value.Ticks * TimeSpan.NanosecondsPerTick;
}

/// <summary>A mirror or source that was never active reports -1.</summary>
internal sealed class SourceActivityConverter : JsonConverter<TimeSpan?>
{
    public override TimeSpan? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null || reader.GetInt64() is not (>= 0 and var nanoseconds)
            ? null
            : NanosecondsConverter.FromNanoseconds(nanoseconds);

    public override void Write(Utf8JsonWriter writer, TimeSpan? value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value is { } active ? NanosecondsConverter.ToNanoseconds(active) : -1);
}
