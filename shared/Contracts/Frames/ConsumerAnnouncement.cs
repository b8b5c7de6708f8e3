using System.Buffers;
using System.Text.Json;

namespace RideIngest.Contracts.Frames;

/// <summary>A consumer's load, which it publishes once a second on <see cref="Subject"/> and once more when it shuts down.</summary>
/// <param name="CanStore">Whether frames that arrive now will be stored soon.</param>
/// <param name="Reason">Why it cannot store, as text for people.</param>
/// <param name="Backlog">Unsettled frames in the stream, including those in work.</param>
/// <param name="DrainPerSecond">Frames per second that left the stream lately, by any consumer.</param>
public sealed record ConsumerAnnouncement(
    string Instance, bool CanStore, string? Reason, long Backlog, double DrainPerSecond, DateTimeOffset At)
{
    public const string Subject = "rides.consumers";

    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    public void Write(IBufferWriter<byte> output)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("instance"u8, Instance);
        json.WriteBoolean("can_store"u8, CanStore);
        if (Reason is not null)
            json.WriteString("reason"u8, Reason);
        json.WriteNumber("backlog"u8, Backlog);
        json.WriteNumber("drain_per_second"u8, Math.Round(DrainPerSecond, 1));
        json.WriteString("at"u8, At);
        json.WriteEndObject();
    }

    /// <returns>Null when the bytes are not an announcement.</returns>
    public static ConsumerAnnouncement? Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var json = new Utf8JsonReader(bytes);
            return json.Read() && json.TokenType == JsonTokenType.StartObject ? Properties(ref json) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static ConsumerAnnouncement? Properties(ref Utf8JsonReader json)
    {
        string? instance = null, reason = null;
        var canStore = false;
        long backlog = 0;
        double drain = 0;
        DateTimeOffset at = default;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.ValueSpan;
            if (name.SequenceEqual("instance"u8)) { json.Read(); instance = json.GetString(); }
            else if (name.SequenceEqual("can_store"u8)) { json.Read(); canStore = json.GetBoolean(); }
            else if (name.SequenceEqual("reason"u8)) { json.Read(); reason = json.GetString(); }
            else if (name.SequenceEqual("backlog"u8)) { json.Read(); backlog = json.GetInt64(); }
            else if (name.SequenceEqual("drain_per_second"u8)) { json.Read(); drain = json.GetDouble(); }
            else if (name.SequenceEqual("at"u8)) { json.Read(); at = json.GetDateTimeOffset(); }
            else
                json.Skip();
        }
        return instance is null || backlog < 0 || !double.IsFinite(drain) || drain < 0
            ? null
            : new ConsumerAnnouncement(instance, canStore, reason, backlog, drain, at);
    }
}
