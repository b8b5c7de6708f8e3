using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NATS.Client.Core;
using NATS.Client.JetStream.Models;

namespace NATS.Client.JetStream.Wire;

/// <summary>What the API answered: the value, or the error in its place.</summary>
internal readonly record struct ApiResult<T>(T? Value, ApiError? Error)
    where T : class
{
    public T EnsureSuccess() => Error is null ? Value! : throw new NatsJSApiException(Error);
}

internal sealed class ApiResultReader<T> : INatsDeserialize<ApiResult<T>>
    where T : class
{
    public static readonly ApiResultReader<T> Default = new();

    private static readonly JsonTypeInfo<T> TypeInfo = JetStreamJson.For<T>();

    public ApiResult<T> Deserialize(in ReadOnlySequence<byte> buffer) =>
        ReadError(buffer) is { } error
            ? new ApiResult<T>(null, error)
            : new ApiResult<T>(ReadValue(buffer), null);

    private static T ReadValue(in ReadOnlySequence<byte> buffer)
    {
        var reader = new Utf8JsonReader(buffer);
        return JsonSerializer.Deserialize(ref reader, TypeInfo) ?? throw new JsonException("The API answered null.");
    }

    /// <summary>An error stands in the place of the value's own members, which may be required: look for it first.</summary>
    private static ApiError? ReadError(in ReadOnlySequence<byte> buffer)
    {
        var reader = new Utf8JsonReader(buffer);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("The API answers with a JSON object.");

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("error"u8))
                return JsonSerializer.Deserialize(ref reader, JetStreamJson.Default.ApiError);

            reader.Skip();
        }

        return null;
    }
}
