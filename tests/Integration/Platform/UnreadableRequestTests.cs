using System.Text;
using System.Text.Json.Nodes;
using RideIngest.Integration.BadInput;

namespace RideIngest.Integration.Platform;

public sealed class UnreadableRequestTests
{
    public static TheoryData<string, int, string> Unreadable => new()
    {
        { "hello there\r\n\r\n", 400, "bad-request" },
        { "GET / HTTP/1.1\r\n\r\n", 400, "bad-request" },
        { "GET / HTTP/1.1\r\nHost: a\r\nno colon here\r\n\r\n", 400, "bad-request" },
        { "GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n", 400, "bad-request" },
        { "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad-request" },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: twelve\r\n\r\n", 400, "bad-request" },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "bad-request" },
        { "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\n", 400, "bad-request" },
        { $"GET /{new string('a', 9000)} HTTP/1.1\r\nHost: a\r\n\r\n", 414, "uri-too-long" },
        { $"GET / HTTP/1.1\r\nHost: a\r\nX: {new string('a', 40_000)}\r\n\r\n", 431, "headers-too-large" },
        { $"GET / HTTP/1.1\r\nHost: a\r\n{string.Concat(Enumerable.Repeat("X: y\r\n", 200))}\r\n", 431, "headers-too-large" },
        { "GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505, "http-version" },
        { "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 405, "method-not-allowed" },
    };

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task A_request_that_is_no_HTTP_is_a_problem_too(string request, int status, string type)
    {
        await using var host = await new TestModule().StartAsync();

        var answer = await RawHttp.SendAsync(new Uri(host.Urls[0]).Port, Encoding.UTF8.GetBytes(request));

        Assert.Equal((status, "application/problem+json"), (answer.Status, answer.ContentType));
        var problem = JsonNode.Parse(answer.Body)!;
        Assert.Equal(($"/problems/{type}", status, false), ((string?)problem["type"], (int)problem["status"]!, (bool)problem["retryable"]!));
        Assert.NotEmpty((string)problem["detail"]!);
        Assert.NotEmpty((string)problem["traceId"]!);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_request_that_breaks_off_behind_a_good_one_leaves_the_good_ones_answer_as_it_is()
    {
        await using var host = await new TestModule().StartAsync();

        var answer = await RawHttp.SendAsync(new Uri(host.Urls[0]).Port, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n"u8.ToArray());

        Assert.Equal(200, answer.Status);
        Assert.Contains("alive", answer.Body, StringComparison.Ordinal);
        await host.StopAsync();
    }
}
