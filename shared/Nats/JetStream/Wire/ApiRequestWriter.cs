using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NATS.Client.Core;

namespace NATS.Client.JetStream.Wire;

/// <summary>Writes an API request; none at all is an empty payload, which the API takes for an empty request.</summary>
internal sealed class ApiRequestWriter<T> : INatsSerialize<T>
    where T : class
{
    public static readonly ApiRequestWriter<T> Default = new();

    private static readonly JsonTypeInfo<T>? TypeInfo = typeof(T) == typeof(object) ? null : JetStreamJson.For<T>();

    public void Serialize(IBufferWriter<byte> bufferWriter, T? value)
    {
        if (value is null || TypeInfo is null)
            return;

        using var writer = new Utf8JsonWriter(bufferWriter);
        JsonSerializer.Serialize(writer, value, TypeInfo);
    }
}
