using System.Buffers;
using System.Text.Json;
using NATS.Client.Core;

namespace NATS.Client.Serializers.Json;

/// <summary>JSON by System.Text.Json. No bytes read as the default value.</summary>
public sealed class NatsJsonSerializer<T>(JsonSerializerOptions opts) : INatsSerializer<T>
{
    // One writer per thread; taken while in use, since a converter may publish too.
    [ThreadStatic]
    private static Utf8JsonWriter? _spare;

    public NatsJsonSerializer()
        : this(JsonSerializerOptions.Default)
    {
    }

    public static NatsJsonSerializer<T> Default { get; } = new();

    public INatsSerializer<T> CombineWith(INatsSerializer<T> next) => throw new NotSupportedException();

    public void Serialize(IBufferWriter<byte> bufferWriter, T? value)
    {
        var writer = _spare;
        _spare = null;
        if (writer is null)
            writer = new Utf8JsonWriter(bufferWriter, new JsonWriterOptions { SkipValidation = true });
        else
            writer.Reset(bufferWriter);

        JsonSerializer.Serialize(writer, value, opts);
        _spare = writer;
    }

    public T? Deserialize(in ReadOnlySequence<byte> buffer)
    {
        if (buffer.IsEmpty)
            return default;
        var reader = new Utf8JsonReader(buffer);
        return JsonSerializer.Deserialize<T>(ref reader, opts);
    }
}

public sealed class NatsJsonSerializerRegistry : INatsSerializerRegistry
{
    public static readonly NatsJsonSerializerRegistry Default = new();

    public INatsSerialize<T> GetSerializer<T>() => NatsJsonSerializer<T>.Default;

    public INatsDeserialize<T> GetDeserializer<T>() => NatsJsonSerializer<T>.Default;
}
