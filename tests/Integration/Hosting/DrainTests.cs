using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NATS.Client.Core;
using RideIngest.Hosting.Access;
using RideIngest.Integration.Systems;
using RideIngest.Streams.Nats;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Hosting;

public sealed class DrainTests
{
    [Fact]
    public async Task A_request_in_flight_is_answered_before_the_modules_stop_in_reverse_order()
    {
        var order = new List<string>();
        var (arrived, finish) = (new TaskCompletionSource(), new TaskCompletionSource());
        var module = new TestModule(
            s => s.AddSingleton<IHostedService>(_ => new Noted("first", order)).AddSingleton<IHostedService>(_ => new Noted("second", order)),
            routes => routes.MapGroup("").Public().MapGet("/slow", async () =>
            {
                arrived.SetResult();
                await finish.Task;
                lock (order)
                    order.Add("request");
                return "done";
            }));
        await using var host = await module.StartAsync();
        using var client = host.Client();

        var answer = client.GetStringAsync("/slow");
        await arrived.Task;
        var stopping = host.StopAsync();
        Assert.False(stopping.IsCompleted);
        finish.SetResult();

        Assert.Equal("done", await answer);
        await stopping;
        Assert.Equal(["request", "second", "first"], order);
    }

    [Fact]
    public async Task Not_ready_comes_first_and_requests_are_still_served_meanwhile()
    {
        await using var host = await new TestModule().StartAsync("--hosting:drain_delay=3s");
        using var client = host.Client();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/readyz")).StatusCode);

        var stopping = host.StopAsync();

        var answer = await client.GetAsync("/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.True(answer.Headers.ConnectionClose);
        Assert.Contains("draining", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/healthz")).StatusCode);
        await stopping;
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("/healthz"));
    }

    [Fact]
    public async Task A_request_that_never_ends_is_cut_off_when_the_time_is_up()
    {
        var arrived = new TaskCompletionSource();
        await using var host = await new TestModule(endpoints: routes => routes.MapGroup("").Public().MapGet("/stuck", async () =>
        {
            arrived.SetResult();
            await new TaskCompletionSource().Task;
        })).StartAsync("--hosting:drain=200ms");
        using var client = host.Client();

        var answer = client.GetAsync("/stuck");
        await arrived.Task;
        await host.StopAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => answer);
    }

    [Fact]
    public async Task A_process_with_writes_that_NATS_does_not_take_ends_all_the_same()
    {
        var nats = await TestNats.SharedAsync();
        await using var proxy = new TcpProxy(TcpProxy.Host, nats.Port);
        var host = await new TestModule(s => s.AddNats()).StartAsync($"--nats:url={nats.UrlAt(proxy.Port)}", "--nats:request_timeout=5m");
        var connection = host.Services.GetRequiredService<NatsConnection>();
        await connection.PingAsync();
        proxy.BlackHole();
        Task publishing;
        do
            publishing = connection.PublishAsync("nobody.listens", new byte[512 * 1024]).AsTask();
        while (await Task.WhenAny(publishing, Task.Delay(200)) == publishing);

        await host.StopAsync();
        await host.DisposeAsync().AsTask().WaitAsync(Deadlines.Hang);
    }

    private sealed class Noted(string name, List<string> order) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            lock (order)
                order.Add(name);
            return Task.CompletedTask;
        }
    }
}
