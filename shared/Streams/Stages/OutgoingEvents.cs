using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RideIngest.Storage.Outbox;

namespace RideIngest.Streams.Stages;

/// <summary>
/// Writes events to the outbox in the transaction that causes them; the outbox's relay publishes them on a subject. With a step that hands
/// on like this, its stage has no <see cref="StageDefinition.Next"/>, and <see cref="StepResult.Done"/> publishes nothing.
/// </summary>
/// <param name="key">Returns the key whose events keep their order; null for the key of the format.</param>
public sealed class OutgoingEvents<TEvent>(
    IServiceProvider provider, string system, string subject, EventFormat<TEvent> format, Func<TEvent, string>? key = null)
{
    private readonly OutboxTable _outbox = provider.GetRequiredKeyedService<OutboxTable>(system);
    private readonly Func<TEvent, string> _key = key ?? format.KeyOf;

    /// <summary>
    /// Adds events in the connection's current transaction. Their ids derive from their origins, so that the stream drops what is handed
    /// on twice. Several events of one origin must come in one call, and in the same order each time.
    /// </summary>
    /// <exception cref="PostgresException">No event was added, and the transaction has failed.</exception>
    public async Task AddAsync(
        NpgsqlConnection connection,
        IReadOnlyCollection<(EventOrigin From, TEvent Event)> events,
        CancellationToken cancellationToken = default)
    {
        // The outbox gives the current trace to events without one; in a step, it is the trace of another event.
        Activity.Current = null;
        var ofOrigin = new Dictionary<string, int>();
        await _outbox.AddAsync(connection, [.. events.Select(Row)], cancellationToken);

        OutboxEvent Row((EventOrigin From, TEvent Event) item)
        {
            var number = ofOrigin[item.From.Id] = ofOrigin.GetValueOrDefault(item.From.Id) + 1;
            var id = string.Create(CultureInfo.InvariantCulture, $"{item.From.Id}-{subject}-{number}");
            return format.ToOutbox(subject, id, item.Event, item.From.Trace) with { Key = _key(item.Event) };
        }
    }
}

/// <summary>The origin of an event: an event of a batch (<see cref="Batch{TEvent}.Origin"/>), or a request.</summary>
/// <param name="Id">Unique in the stream, and the same when the origin is processed again.</param>
/// <param name="Trace">The trace to continue; the default for none.</param>
public readonly record struct EventOrigin(string Id, ActivityContext Trace);
