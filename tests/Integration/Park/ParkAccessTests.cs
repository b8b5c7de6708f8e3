using RideIngest.Integration.Systems;
using RideIngest.Park;
using RideIngest.Park.Settings;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Park;

/// <summary>Who may do what, and how often.</summary>
public sealed class ParkAccessTests
{
    [Fact]
    public async Task Where_keys_are_required_each_needs_its_scopes_and_keeps_its_rate()
    {
        await using var system = await SystemRig.StartAsync(
            new ParkModule(ParkDefaults.Alone),
            args:
            [
                .. Keys.Of(0, "gate", "the-gates-key", "park:write"), .. Keys.Of(1, "screen", "the-screens-key", "read"),
                .. Keys.Of(2, "ada", "adas-key", "ops"), "--auth:keys:0:records_per_second=1",
            ]);

        Assert.Equal(401, await StatusAsync(null, HttpMethod.Post, "/park/customers"));
        Assert.Equal(403, await StatusAsync("the-screens-key", HttpMethod.Post, "/park/customers"));
        Assert.Equal(403, await StatusAsync("the-gates-key", HttpMethod.Get, "/park/live"));
        Assert.Equal(403, await StatusAsync("the-gates-key", HttpMethod.Put, "/park/rides/1/status"));
        Assert.Equal(415, await StatusAsync("adas-key", HttpMethod.Put, "/park/rides/1/status"));
        Assert.Equal(200, await StatusAsync("the-screens-key", HttpMethod.Get, "/park/rides"));
        Assert.Equal(201, await StatusAsync("the-gates-key", HttpMethod.Post, "/park/customers"));
        await Eventually.True(async () => await StatusAsync("the-gates-key", HttpMethod.Post, "/customer/enter") == 429);

        async Task<int> StatusAsync(string? key, HttpMethod method, string path)
        {
            using var http = new HttpClient { BaseAddress = new(system.Url), Timeout = Deadlines.Hang };
            using var request = new HttpRequestMessage(method, path);
            if (key is not null)
                request.Headers.Add("X-Api-Key", key);
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            return (int)answer.StatusCode;
        }
    }
}
