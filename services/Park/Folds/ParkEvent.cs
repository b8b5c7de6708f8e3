using System.Text.Json.Serialization;

namespace RideIngest.Park.Folds;

/// <summary>Something that happened to a ride or a customer. It is stored under the name of its type, and never changed.</summary>
internal abstract record ParkEvent
{
    [JsonIgnore]
    public string Name => GetType().Name;

    /// <summary>When what the event says ends, as estimated then; null if it does not.</summary>
    [JsonIgnore]
    public virtual DateTimeOffset? EndsAt => null;
}
