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

        using var http = new HttpClient { BaseAddress = new(system.Url), Timeout = Deadlines.Hang };
        Assert.Equal(401, await StatusAsync(null, HttpMethod.Post, "/park/customers"));
        Assert.Equal(403, await StatusAsync("the-screens-key", HttpMethod.Post, "/park/customers"));
        Assert.Equal(403, await StatusAsync("the-gates-key", HttpMethod.Get, "/park/live"));
        Assert.Equal(403, await StatusAsync("the-gates-key", HttpMethod.Put, "/park/rides/1/status"));
        Assert.Equal(415, await StatusAsync("adas-key", HttpMethod.Put, "/park/rides/1/status"));
        Assert.Equal(200, await StatusAsync("the-screens-key", HttpMethod.Get, "/park/rides"));
        Assert.Equal(201, await StatusAsync("the-gates-key", HttpMethod.Post, "/park/customers"));
        await Eventually.True(async () => await StatusAsync("the-gates-key", HttpMethod.Post, "/customer/enter") == 429);
        Assert.StartsWith(
            """{"err":"The required scope is missing: """, await TextAsync("the-screens-key", HttpMethod.Post, "/customer/enter"),
            StringComparison.Ordinal);
        Assert.StartsWith(
            """{"err":"Authentication is required: """, await TextAsync(null, HttpMethod.Get, "/ride"), StringComparison.Ordinal);

        async Task<int> StatusAsync(string? key, HttpMethod method, string path)
        {
            using var answer = await SendAsync(key, method, path);
            return (int)answer.StatusCode;
        }

        async Task<string> TextAsync(string? key, HttpMethod method, string path)
        {
            using var answer = await SendAsync(key, method, path);
            return await answer.Content.ReadAsStringAsync();
        }

        async Task<HttpResponseMessage> SendAsync(string? key, HttpMethod method, string path)
        {
            using var request = new HttpRequestMessage(method, path);
            if (key is not null)
                request.Headers.Add("X-Api-Key", key);
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        }
    }
}
