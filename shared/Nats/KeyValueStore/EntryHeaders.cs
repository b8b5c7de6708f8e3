using System.Globalization;
using NATS.Client.Core;

namespace NATS.Client.KeyValueStore;

/// <summary>What the headers of a stored message say about the entry.</summary>
internal static class EntryHeaders
{
    public static NatsKVOperation OperationOf(NatsHeaders? headers)
    {
        if (headers is null)
            return NatsKVOperation.Put;

        if (headers.TryGetLastValue("KV-Operation", out var operation))
        {
            return operation switch
            {
                "DEL" => NatsKVOperation.Del,
                "PURGE" => NatsKVOperation.Purge,
                _ => NatsKVOperation.Put,
            };
        }

        // A marker that the server left by itself, when a value expired or was removed.
        return headers.TryGetLastValue("Nats-Marker-Reason", out var reason)
            ? reason == "Remove" ? NatsKVOperation.Del : NatsKVOperation.Purge
            : NatsKVOperation.Put;
    }

    /// <summary>Sequence and time of a message that was read directly, which the server adds to its headers.</summary>
    public static (string Subject, ulong Revision, DateTimeOffset Created)? PlaceOf(NatsHeaders headers) =>
        headers.TryGetLastValue("Nats-Subject", out var subject)
        && headers.TryGetLastValue("Nats-Sequence", out var sequence)
        && headers.TryGetLastValue("Nats-Time-Stamp", out var time)
        && ulong.TryParse(sequence, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
        && DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var created)
            ? (subject!, revision, created)
            : null;
}
