using System.Text.Json;
using RideIngest.Hosting.Endpoints;
using RideIngest.Park.Folds;

namespace RideIngest.Park.Commits;

/// <summary>The stored form of events: the name of the type, and its members as JSON.</summary>
internal static class StoredEvents
{
    private static readonly Dictionary<string, Type> Types = typeof(ParkEvent).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(ParkEvent)) && !type.IsAbstract)
        .ToDictionary(type => type.Name);

    public static string Write(ParkEvent happened) => JsonSerializer.Serialize(happened, happened.GetType(), ApiJson.Options);

    /// <exception cref="NotSupportedException">A newer version stored it.</exception>
    public static ParkEvent Read(string name, string data) => Types.TryGetValue(name, out var type)
        ? (ParkEvent)JsonSerializer.Deserialize(data, type, ApiJson.Options)!
        : throw new NotSupportedException($"There is no event {name}; a newer version stored it");
}
