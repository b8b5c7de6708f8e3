using Microsoft.Extensions.Primitives;
using NATS.Client.Core;

namespace RideIngest.Integration.Nats.Core;

public sealed class HeaderTests : NatsTest
{
    public static TheoryData<string> Versions => NatsServers.Versions;

    [Theory, MemberData(nameof(Versions))]
    public async Task Headers_arrive_with_all_their_values_in_order(string server)
    {
        var received = await RoundTripAsync(new NatsHeaders
        {
            ["One"] = "1",
            ["Many"] = new StringValues(["b", "a", "c"]),
            ["Ride-Count"] = "500",
        }, server);

        Assert.Equal("1", received["One"]);
        Assert.Equal(["b", "a", "c"], received["Many"].AsEnumerable());
        Assert.Equal("500", received["Ride-Count"]);
        Assert.Equal(3, received.Count);
    }

    [Fact]
    public async Task An_empty_value_is_kept()
    {
        var received = await RoundTripAsync(new NatsHeaders { ["Empty"] = "", ["After"] = "x" });

        Assert.Equal("", received["Empty"].ToString());
        Assert.Equal("x", received["After"]);
    }

    [Fact]
    public async Task Colons_and_inner_spaces_belong_to_the_value()
    {
        var received = await RoundTripAsync(new NatsHeaders { ["When"] = "12:30:00  and  later", ["Url"] = "nats://a:1" });

        Assert.Equal("12:30:00  and  later", received["When"]);
        Assert.Equal("nats://a:1", received["Url"]);
    }

    [Fact]
    public async Task Header_names_keep_their_case_and_are_found_in_any()
    {
        var received = await RoundTripAsync(new NatsHeaders { ["traceParent"] = "00-1" });

        Assert.Equal("traceParent", Assert.Single(received.Keys));
        Assert.Equal("00-1", received["TRACEPARENT"]);
    }

    [Fact]
    public async Task Many_and_long_headers_arrive()
    {
        var sent = new NatsHeaders();
        for (var i = 0; i < 200; i++)
            sent[$"Header-{i}"] = new string((char)('a' + (i % 26)), i * 5);

        var received = await RoundTripAsync(sent);

        Assert.Equal(200, received.Count);
        Assert.All(Enumerable.Range(0, 200), i => Assert.Equal(i * 5, received[$"Header-{i}"].ToString().Length));
    }

    [Fact]
    public async Task Headers_pass_without_a_payload()
    {
        var client = await ConnectAsync();
        var sub = await SubscribeAsync<byte[]>(client, Mine);

        await client.PublishAsync(Mine, headers: new NatsHeaders { ["Only"] = "headers" }, cancellationToken: Deadline);

        var message = (await TakeAsync(sub, 1))[0];
        Assert.Equal("headers", message.Headers!["Only"]);
        Assert.Equal(0, message.Data?.Length ?? 0);
    }

    [Theory]
    [InlineData("a\r\nInjected: yes")]
    [InlineData("a\nInjected: yes")]
    [InlineData("a\rInjected: yes")]
    public async Task A_header_value_cannot_smuggle_another_header(string value)
    {
        var client = await ConnectAsync();
        var sub = await SubscribeAsync<string>(client, Mine);

        await Record.ExceptionAsync(
            async () => await client.PublishAsync(Mine, "evil", new NatsHeaders { ["Evil"] = value }, cancellationToken: Deadline));
        await client.PublishAsync(Mine, "good", new NatsHeaders { ["Good"] = "1" }, cancellationToken: Deadline);

        NatsMsg<string> message;
        do
        {
            message = (await TakeAsync(sub, 1))[0];
            Assert.False(message.Headers!.ContainsKey("Injected"));
        }
        while (message.Data != "good");
    }

    private async Task<NatsHeaders> RoundTripAsync(NatsHeaders headers, string server = "")
    {
        var client = await ConnectAsync(server);
        var sub = await SubscribeAsync<string>(client, Mine);
        await client.PublishAsync(Mine, "payload", headers, cancellationToken: Deadline);
        var message = (await TakeAsync(sub, 1))[0];
        Assert.Equal("payload", message.Data);
        return message.Headers!;
    }
}
