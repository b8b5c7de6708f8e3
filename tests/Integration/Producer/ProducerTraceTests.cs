using System.Diagnostics;
using System.Globalization;
using System.Text;
using RideIngest.Integration.Systems;
using RideIngest.Streams.Rides;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Producer;

/// <summary>One trace per record, from its request to the reply.</summary>
public sealed class ProducerTraceTests : IDisposable
{
    private readonly RecordedSpans _spans = new();

    public void Dispose() => _spans.Dispose();

    [Fact]
    public async Task A_lone_record_has_one_trace_through_HTTP_publish_store_and_reply()
    {
        // A system of its own: records of other tests would share its frame or its batch.
        await using var system = await RideSystem.StartAsync();
        var (trace, id) = (NewTrace(), Given.NewId());

        var answer = await system.PostAsync("/v1/bookings", Given.Booking(id), headers: ("traceparent", $"00-{trace}-00000000000000aa-01"));

        Assert.Equal(201, answer.Status);
        var http = await SpanAsync(span => span.TraceId == trace && span.Kind == ActivityKind.Server);
        var publish = await SpanAsync(span => span.TraceId == trace && span.OperationName == "publish");
        var store = await SpanAsync(span => span.TraceId == trace && span.OperationName == "store bookings");
        var reply = await SpanAsync(span => span.TraceId == trace && span.OperationName == "reply");
        Assert.Equal("00000000000000aa", http.ParentSpanId.ToHexString());
        Assert.Equal((http.SpanId, publish.SpanId, publish.SpanId), (publish.ParentSpanId, store.ParentSpanId, reply.ParentSpanId));
        Assert.Equal(1, await system.CountAsync("rides.bookings", $"id = {id} and trace_id = '{trace}'"));
        Assert.Equal(
            ($"{id}", "stored", $"{id}", 1),
            (
                http.GetTagItem("rideingest.record.id"), http.GetTagItem("rideingest.outcome"),
                reply.GetTagItem("rideingest.record.id"), reply.GetTagItem("rideingest.stored")));
    }

    [Fact]
    public async Task A_record_that_Postgres_refuses_has_an_error_on_its_store_and_its_reply()
    {
        await using var system = await RideSystem.StartAsync();
        await system.Database.ExecuteAsync("alter table rides.bookings add check (user_id <> 666)");
        var (trace, id) = (NewTrace(), Given.NewId());

        var answer = await system.PostAsync(
            "/v1/bookings", Given.Booking(id, user: 666), headers: ("traceparent", $"00-{trace}-00000000000000aa-01"));

        Assert.Equal(422, answer.Status);
        var http = await SpanAsync(span => span.TraceId == trace && span.Kind == ActivityKind.Server);
        var store = await SpanAsync(span => span.TraceId == trace && span.OperationName == "store bookings");
        var reply = await SpanAsync(span => span.TraceId == trace && span.OperationName == "reply");
        Assert.Equal(($"{id}", "failed"), (http.GetTagItem("rideingest.record.id"), http.GetTagItem("rideingest.outcome")));
        Assert.Equal((ActivityStatusCode.Error, ActivityStatusCode.Error), (store.Status, reply.Status));
        Assert.Contains("check", store.StatusDescription, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_shared_frames_publish_and_store_link_to_the_trace_of_each_record()
    {
        var system = await RideSystem.SharedAsync();
        var traces = Enumerable.Range(0, 100).Select(_ => NewTrace()).ToArray();

        await Task.WhenAll(traces.Select(trace =>
            system.PostAsync("/v1/bookings", Given.Booking(Given.NewId()), headers: ("traceparent", $"00-{trace}-00000000000000aa-01"))));

        foreach (var trace in traces)
        {
            await SpanAsync(span => span.OperationName == "publish" && IsOf(span, trace));
            await SpanAsync(span => span.OperationName == "store bookings" && IsOf(span, trace));
        }
        Assert.Contains(
            _spans.All, span => span.OperationName == "publish" && span.Links.Any(
                link => link.Context.TraceId == traces[^1] || link.Context.TraceId == traces[^2]));
    }

    [Fact]
    public async Task A_shared_frame_has_no_trace_of_its_own_and_its_requests_point_to_where_it_went()
    {
        var system = await RideSystem.SharedAsync();
        var traces = Enumerable.Range(0, 100).Select(_ => NewTrace()).ToHashSet();

        await Task.WhenAll(traces.Select(trace =>
            system.PostAsync("/v1/bookings", Given.Booking(Given.NewId()), headers: ("traceparent", $"00-{trace}-00000000000000aa-01"))));

        foreach (var trace in traces)
        {
            var request = await SpanAsync(span => span.TraceId == trace && span.Kind == ActivityKind.Server);
            await SpanAsync(
                span => span.OperationName == "publish" && (span.TraceId == trace || request.Links.Any(
                    link => link.Context.SpanId == span.SpanId)));
        }
        // Requests of other tests may share these frames, and the trace that a frame belongs to may be one of theirs.
        Assert.All(
            _spans.All.Where(
                span => span.OperationName is "publish" or "store bookings" or "reply" && (traces.Contains(span.TraceId) || span.Links.Any(
                    link => traces.Contains(link.Context.TraceId)))),
            span => Assert.NotEqual(default, span.ParentSpanId));
    }

    [Fact]
    public async Task A_producer_without_a_collector_hands_on_its_senders_trace_and_whether_it_is_recorded()
    {
        await using var system = await RideSystem.StartAsync();
        await using var producer = StartedProcess.Service("Producer", system.Arguments);
        using var client = new HttpClient { BaseAddress = await producer.UrlAsync() };
        await RideSystem.WholeAsync(client);
        await using var nats = NatsClients.To(system.Nats.Url);
        await using var frames = await nats.SubscribeCoreAsync<string>(RidesStream.Subject("bookings"));
        await nats.PingAsync();
        foreach (var flags in (string[])["00", "01"])
        {
            var (trace, id) = (NewTrace(), Given.NewId());
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/bookings")
            {
                Content = new StringContent(Given.Booking(id), Encoding.UTF8, "application/json"),
            };
            request.Headers.Add("traceparent", $"00-{trace}-00000000000000aa-{flags}");

            using var answer = await client.SendAsync(request);

            var frame = await frames.Msgs.ReadAsync().AsTask().WaitAsync(Deadlines.Hang);
            Assert.Matches($"^00-{trace}-[0-9a-f]{{16}}-{flags}$", frame.Headers!["traceparent"].ToString());
            Assert.Equal(1, await system.CountAsync("rides.bookings", $"id = {id} and trace_id = '{trace}'"));
        }
    }

    [Fact]
    public async Task A_problem_names_the_trace_of_its_request()
    {
        var system = await RideSystem.SharedAsync();
        var trace = NewTrace();

        var answer = await system.PostAsync("/v1/bookings", "nonsense", headers: ("traceparent", $"00-{trace}-00000000000000aa-01"));

        Assert.Equal(trace.ToHexString(), (string?)answer.Json["traceId"]);
    }

    private static ActivityTraceId NewTrace() => ActivityTraceId.CreateRandom();

    private static bool IsOf(Activity span, ActivityTraceId trace) =>
        span.TraceId == trace || span.Links.Any(link => link.Context.TraceId == trace);

    private async Task<Activity> SpanAsync(Func<Activity, bool> wanted)
    {
        await Eventually.True(() => _spans.All.Any(wanted));
        return _spans.All.First(wanted);
    }
}
