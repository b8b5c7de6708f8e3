using System.Buffers.Text;
using System.Diagnostics;
using System.Net.Http.Headers;

namespace RideIngest.Benchmarks.Bookings;

/// <summary>Batches of 1,000 bookings as NDJSON, from connections that each post the next when the last is answered as stored.</summary>
internal sealed class BatchClient(string url)
{
    public const int Records = 1000;
    private const int Connections = 4;

    private static readonly byte[] After = """
        ,"user_id":22177,"vehicle_model_id":28,"travel_type_id":2,"from_area_id":83,"to_area_id":448,"from_date":"2013-01-01T02:00:00Z","online_booking":true,"mobile_site_booking":false,"booking_created":"2013-01-01T01:39:00Z","from_lat":12.92415,"from_long":77.67229,"to_lat":12.92732,"to_long":77.63575,"car_cancellation":false}

        """u8.ToArray();

    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null });

    public async Task<Measured> RunAsync(double seconds, Ids ids)
    {
        var clock = Stopwatch.StartNew();
        var batches = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => PostAsync(clock, seconds, ids)));
        var records = (long)batches.Sum() * Records;
        return new Measured(records / clock.Elapsed.TotalSeconds, default, records);
    }

    private async Task<int> PostAsync(Stopwatch clock, double seconds, Ids ids)
    {
        await Task.Yield();
        var (body, places) = Body();
        var batches = 0;
        for (; clock.Elapsed.TotalSeconds < seconds; batches++)
        {
            var id = ids.Take(Records);
            foreach (var place in places)
                Utf8Formatter.TryFormat(id++, body.AsSpan(place), out _);
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
            using var answer = await Http.PostAsync(url, content);
            var said = await answer.Content.ReadAsStringAsync();
            if (!said.Contains("\"stored\":1000,", StringComparison.Ordinal))
                throw new InvalidOperationException($"A batch was not stored: {(int)answer.StatusCode} {said}");
        }
        return batches;
    }

    private static (byte[] Body, int[] Places) Body()
    {
        var body = new MemoryStream();
        var places = new int[Records];
        for (var i = 0; i < Records; i++)
        {
            body.Write("{\"id\":"u8);
            places[i] = (int)body.Length;
            body.Write("0000000000000"u8);
            body.Write(After);
        }
        return (body.ToArray(), places);
    }
}
