using System.Text.Json.Serialization;

namespace RideIngest.Casino.Events;

[JsonConverter(typeof(JsonStringEnumConverter<EventType>))]
public enum EventType
{
    [JsonStringEnumMemberName("game_start")]
    GameStart,

    [JsonStringEnumMemberName("bet")]
    Bet,

    [JsonStringEnumMemberName("deposit")]
    Deposit,

    [JsonStringEnumMemberName("game_stop")]
    GameStop,
}
