using System.Diagnostics;
using System.Text;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Waiting;
using static RideIngest.Integration.Casino.CasinoSystem;
using static RideIngest.Integration.Casino.GivenEvents;

namespace RideIngest.Integration.Casino;

/// <summary>One trace per request, from its POST to the last stage.</summary>
public sealed class CasinoTraceTests : IDisposable
{
    private readonly RecordedSpans _spans = new();

    public void Dispose() => _spans.Dispose();

    [Fact]
    public async Task An_events_trace_goes_through_every_stage()
    {
        await using var system = await CreateAsync();
        var casino = await system.RunAsync();
        var trace = ActivityTraceId.CreateRandom();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/casino/events")
        {
            Content = new StringContent($"[{Bet(1)},{Start(2)}]", Encoding.UTF8, "application/json"),
            Headers = { { "traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01" } },
        };

        (await casino.SendAsync(request)).EnsureSuccessStatusCode();
        await CountedAsync(casino, 2);

        string[] stages = ["casino currency", "casino player", "casino description", "casino aggregates"];
        await Eventually.True(() => stages.All(stage => Spans(stage).Any()));
        var currency = Spans("casino currency").Select(span => span.SpanId).ToHashSet();
        Assert.All(Spans("casino player"), span => Assert.Contains(span.ParentSpanId, currency));

        IEnumerable<Activity> Spans(string name) => _spans.All.Where(span => span.TraceId == trace && span.OperationName == name);
    }
}
