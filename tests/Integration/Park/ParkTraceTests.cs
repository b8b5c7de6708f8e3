using System.Collections.Concurrent;
using System.Diagnostics;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Park;

/// <summary>One trace from a command to what live clients are sent, in every process.</summary>
public sealed class ParkTraceTests(ParkRig park) : IClassFixture<ParkRig>, IDisposable
{
    private readonly RecordedSpans _spans = new();

    public void Dispose() => _spans.Dispose();

    [Fact]
    public async Task A_commands_trace_goes_through_its_commit_to_the_live_figures()
    {
        var ride = await park.RideAsync(1, "1h");
        using var http = new HttpClient { BaseAddress = new(park.System.Url), Timeout = Deadlines.Hang };
        var traces = new ConcurrentBag<ActivityTraceId>();

        // Other commits may share the refreshes of one, in this process and in the other one.
        await Eventually.True(async () =>
        {
            traces.Add(await JoinAsync());
            return traces.Any(trace => Spans("park live", trace).Count == 2);
        });

        var whole = traces.First(trace => Spans("park live", trace).Count == 2);
        var commit = Assert.Single(Spans("park commit", whole));
        var refreshes = Spans("park refresh", whole);
        Assert.All(refreshes, refresh => Assert.Equal(commit.SpanId, refresh.ParentSpanId));
        Assert.All(Spans("park live", whole), live => Assert.Contains(refreshes, refresh => refresh.SpanId == live.ParentSpanId));

        async Task<ActivityTraceId> JoinAsync()
        {
            var trace = ActivityTraceId.CreateRandom();
            using var request = new HttpRequestMessage(HttpMethod.Put, ParkRig.QueuePath(ride, await park.EnterAsync()))
            {
                Headers = { { "traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01" } },
            };
            using var answer = await http.SendAsync(request);
            answer.EnsureSuccessStatusCode();
            return trace;
        }

        List<Activity> Spans(string name, ActivityTraceId trace) =>
            [.. _spans.All.Where(span => span.TraceId == trace && span.OperationName == name)];
    }
}
