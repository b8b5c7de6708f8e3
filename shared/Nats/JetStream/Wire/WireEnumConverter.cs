using System.Text.Json;
using System.Text.Json.Serialization;

namespace NATS.Client.JetStream.Wire;

/// <summary>Enums as the server spells them: <c>ByStartSequence</c> is <c>by_start_sequence</c>.</summary>
internal sealed class WireEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
