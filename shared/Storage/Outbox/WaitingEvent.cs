using System.Text.Json;
using Npgsql;

namespace RideIngest.Storage.Outbox;

/// <summary>An event that is committed and, as far as the relay knows, not published.</summary>
internal sealed record WaitingEvent(long Number, DateTime CreatedAt, OutboxEvent Event)
{
    public static WaitingEvent Read(NpgsqlDataReader row) => new(
        row.GetInt64(0),
        row.GetDateTime(6),
        new OutboxEvent
        {
            Subject = row.GetString(1),
            Key = row.GetString(2),
            Id = row.GetString(3),
            Payload = row.GetFieldValue<byte[]>(4),
            Headers = JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(5))!,
        });
}
