using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using NATS.Client.Core;
using RideIngest.Records.Bookings;
using RideIngest.Records.Kinds;

namespace RideIngest.Benchmarks.Bookings.Peers;

/// <summary>
/// Other ways of taking a booking, each as lean as ours: the same web server, the same parser and rules, the same client for NATS, prepared
/// statements over a pool, no logging and no metrics. So what differs is the design.
/// </summary>
internal static class PeerProcess
{
    /// <summary>Runs until its standard input ends, which it does with whoever started it; prints its URL when it listens.</summary>
    public static async Task<int> RunAsync(string name, string nats, string postgres)
    {
        await using var connection = new NatsConnection(new NatsOpts { Url = nats });
        await using var database = BookingInsert.Open(postgres);
        var kind = new Catalog()["bookings"];
        Func<Booking, Task>? store = name switch
        {
            "no-op" => _ => Task.CompletedTask,
            "direct" => new BookingInsert(database, kind).StoreAsync,
            "one-by-one" => new OneByOneProducer(connection, kind).StoreAsync,
            "one-by-one-consumer" => null,
            _ => throw new ArgumentException($"There is no peer {name}."),
        };
        if (name.StartsWith("one-by-one", StringComparison.Ordinal))
            await connection.ConnectAsync();

        using var stop = new CancellationTokenSource();
        if (store is null)
        {
            var consuming = new OneByOneConsumer(connection, kind, new BookingInsert(database, kind)).RunAsync(stop.Token);
            await connection.PingAsync();
            Console.WriteLine("ready");
            await Console.In.ReadToEndAsync();
            await stop.CancelAsync();
            await consuming;
            return 0;
        }

        await using var app = Endpoint(kind, store);
        await app.StartAsync();
        Console.WriteLine(app.Urls.First());
        await Console.In.ReadToEndAsync();
        return 0;
    }

    private static WebApplication Endpoint(Kind kind, Func<Booking, Task> store)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRouting();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.AddServerHeader = false).UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapPost("/bookings", async http =>
        {
            var length = (int)(http.Request.ContentLength ?? throw new BadHttpRequestException("A length is needed."));
            var read = await http.Request.BodyReader.ReadAtLeastAsync(length);
            var body = read.Buffer.Slice(0, length);
            var reading = kind.Read(body.IsSingleSegment ? body.FirstSpan : System.Buffers.BuffersExtensions.ToArray(body));
            http.Request.BodyReader.AdvanceTo(body.End);
            if (reading.Record is not Booking booking)
            {
                http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
                return;
            }
            await store(booking);
            http.Response.StatusCode = StatusCodes.Status201Created;
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync($$"""{"id":{{booking.Id}},"status":"stored"}""");
        });
        return app;
    }
}
