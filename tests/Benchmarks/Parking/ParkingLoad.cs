using System.Globalization;
using System.Text;
using NATS.Client.Core;
using NATS.Client.JetStream;

namespace RideIngest.Benchmarks.Parking;

/// <summary>Publishes entries and exits as gates do: a thousand entries, then the exits of the same vehicles.</summary>
internal sealed class ParkingLoad(string nats) : IAsyncDisposable
{
    private const int Together = 1000;
    private const int FramesInFlight = 8;
    private const int MessagesInFlight = 256;

    private static readonly DateTimeOffset Start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly NatsConnection _nats = new(new NatsOpts { Url = nats });
    private int _published;

    /// <summary>The next visits, each kind in frames of up to 500 events.</summary>
    public Task FramesAsync(int visits) => PublishAsync(visits, "parking", perMessage: 500, FramesInFlight);

    /// <summary>The next visits, with a message per event.</summary>
    public Task MessagesAsync(int visits) => PublishAsync(visits, ParkingPeer.Prefix, perMessage: 1, MessagesInFlight);

    public ValueTask DisposeAsync() => _nats.DisposeAsync();

    private async Task PublishAsync(int visits, string prefix, int perMessage, int inFlight)
    {
        var js = new NatsJSContext(_nats);
        for (var end = _published + visits; _published < end; _published += Together)
        {
            foreach (var (subject, time, minutes) in ((string, string, int)[])[("entries", "entry", 0), ("exits", "exit", 62)])
            {
                var messages = Enumerable.Range(_published, Math.Min(Together, end - _published))
                    .Select(i => Event(i, time, minutes)).Chunk(perMessage).Select(lines => string.Join('\n', lines));
                await Parallel.ForEachAsync(messages, new ParallelOptions { MaxDegreeOfParallelism = inFlight }, async (lines, cancel) =>
                {
                    var ack = await js.PublishAsync($"{prefix}.{subject}", Encoding.UTF8.GetBytes(lines), cancellationToken: cancel);
                    ack.EnsureSuccess();
                });
            }
        }
    }

    private static string Event(int number, string time, int minutes) => string.Create(CultureInfo.InvariantCulture,
        $$"""{"id":"gate-{{number}}","vehicle_plate":"KA{{number}}","{{time}}_date_time":"{{Start.AddSeconds(number).AddMinutes(minutes):yyyy-MM-dd'T'HH:mm:ss'Z'}}"}""");
}
