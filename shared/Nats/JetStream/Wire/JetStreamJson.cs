using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using NATS.Client.JetStream.Models;

namespace NATS.Client.JetStream.Wire;

/// <summary>
/// How every model looks on the wire. Members at their default are left out, so that a server never meets a field
/// that it is too old to know unless the caller asked for it; fields that we do not know are skipped.
/// </summary>
[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    Converters = [typeof(NanosecondsConverter), typeof(UtcTimeConverter)])]
[JsonSerializable(typeof(AccountInfoResponse))]
[JsonSerializable(typeof(ApiError))]
[JsonSerializable(typeof(ConsumerCreateRequest))]
[JsonSerializable(typeof(ConsumerDeleteResponse))]
[JsonSerializable(typeof(ConsumerInfo))]
[JsonSerializable(typeof(ConsumerListRequest))]
[JsonSerializable(typeof(ConsumerListResponse))]
[JsonSerializable(typeof(ConsumerNamesRequest))]
[JsonSerializable(typeof(ConsumerNamesResponse))]
[JsonSerializable(typeof(ConsumerPauseRequest))]
[JsonSerializable(typeof(ConsumerPauseResponse))]
[JsonSerializable(typeof(PubAckResponse))]
[JsonSerializable(typeof(StreamConfig))]
[JsonSerializable(typeof(StreamDeleteResponse))]
[JsonSerializable(typeof(StreamInfo))]
[JsonSerializable(typeof(StreamInfoRequest))]
[JsonSerializable(typeof(StreamInfoResponse))]
[JsonSerializable(typeof(StreamListRequest))]
[JsonSerializable(typeof(StreamListResponse))]
[JsonSerializable(typeof(StreamMsgDeleteRequest))]
[JsonSerializable(typeof(StreamMsgDeleteResponse))]
[JsonSerializable(typeof(StreamMsgGetRequest))]
[JsonSerializable(typeof(StreamMsgGetResponse))]
[JsonSerializable(typeof(StreamNamesRequest))]
[JsonSerializable(typeof(StreamNamesResponse))]
[JsonSerializable(typeof(StreamPurgeRequest))]
[JsonSerializable(typeof(StreamPurgeResponse))]
internal sealed partial class JetStreamJson : JsonSerializerContext
{
    public static JsonTypeInfo<T> For<T>() =>
        (JsonTypeInfo<T>?)Default.GetTypeInfo(typeof(T))
        ?? throw new NatsJSException($"{typeof(T)} is not a JetStream API model");
}
