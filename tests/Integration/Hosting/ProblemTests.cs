using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Problems;
using RideIngest.Integration.BadInput;
using RideIngest.Integration.Systems;

namespace RideIngest.Integration.Hosting;

public sealed class ProblemTests
{
    private static readonly TestModule Module = new(endpoints: target =>
    {
        var routes = target.MapGroup("").Public();
        routes.MapPost("/dish", (Dish dish) => dish.Name).Accepts<Dish>("application/json");
        routes.MapPost("/bytes", async (HttpRequest request) => await request.Body.CopyToAsync(Stream.Null));
        routes.MapGet("/boom", string () => throw new InvalidOperationException("the password is swordfish"));
        routes.MapGet("/half", async (HttpResponse response) =>
        {
            await response.WriteAsync("half an ans");
            await response.Body.FlushAsync();
            throw new InvalidOperationException("too late");
        });
        routes.MapGet("/rule", () => new Problem(422, "validation", "The content breaks a rule", "id must be above 0.")
        {
            Id = 7,
            Errors = new Dictionary<string, string[]> { ["user_id"] = ["It is missing.", "Größe \"x\"\n"] },
        });
        routes.MapGet("/later", () => Problem.OfStatus(503) with { RetryAfter = TimeSpan.FromSeconds(1.2) });
        routes.MapGet("/plain", () => Results.Text("no such dish", statusCode: 404));
    });

    [Fact]
    public async Task An_unknown_path_is_a_problem() => await Expect(HttpMethod.Get, "/nowhere", null, 404, "/problems/not-found");

    [Fact]
    public async Task A_method_that_is_not_served_is_a_problem() =>
        await Expect(HttpMethod.Delete, "/dish", null, 405, "/problems/method-not-allowed");

    [Fact]
    public async Task A_content_type_that_is_not_read_is_a_problem() =>
        await Expect(
            HttpMethod.Post, "/dish", new StringContent("<dish/>", Encoding.UTF8, "application/xml"), 415,
            "/problems/unsupported-media-type");

    [Fact]
    public async Task A_body_that_cannot_be_read_is_a_problem() =>
        await Expect(
            HttpMethod.Post, "/dish", new StringContent("{\"name\":", Encoding.UTF8, "application/json"), 400, "/problems/bad-request");

    [Fact]
    public async Task A_body_beyond_the_limit_is_a_problem() =>
        await Expect(HttpMethod.Post, "/bytes", new ByteArrayContent(new byte[4096]), 413, "/problems/too-large", "--hosting:max_body=2KB");

    [Theory]
    [InlineData("no number")]
    [InlineData("99999999999999999999")]
    public async Task A_chunk_without_a_length_is_a_problem(string length)
    {
        await using var host = await Module.StartAsync();

        var answer = await RawHttp.SendAsync(new Uri(host.Urls[0]).Port, Encoding.ASCII.GetBytes(
            $"POST /bytes HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n{length}\r\n"));

        Assert.Equal((400, "/problems/bad-request"), (answer.Status, (string?)JsonNode.Parse(answer.Body)!["type"]));
        await host.StopAsync();
    }

    [Fact]
    public async Task An_exception_is_a_problem_that_tells_nothing_of_it()
    {
        var problem = await Expect(HttpMethod.Get, "/boom", null, 500, "/problems/internal");

        Assert.DoesNotContain("swordfish", problem.ToJsonString(), StringComparison.Ordinal);
        Assert.True((bool)problem["retryable"]!);
    }

    [Fact]
    public async Task An_answer_that_fails_half_way_is_cut_off_and_not_ended()
    {
        await using var host = await Module.StartAsync();
        using var client = host.Client();

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.GetStringAsync("/half"));
        await host.StopAsync();
    }

    [Fact]
    public async Task A_problem_carries_the_record_and_its_errors_by_field()
    {
        var problem = await Expect(HttpMethod.Get, "/rule", null, 422, "/problems/validation");

        Assert.Equal(7, (long)problem["id"]!);
        Assert.Equal("Größe \"x\"\n", (string?)problem["errors"]!["user_id"]![1]);
        Assert.False((bool)problem["retryable"]!);
    }

    [Fact]
    public async Task Retry_after_is_whole_seconds_and_never_too_few()
    {
        await using var host = await Module.StartAsync();
        using var client = host.Client();

        Assert.Equal(TimeSpan.FromSeconds(2), (await client.GetAsync("/later")).Headers.RetryAfter!.Delta);
        await host.StopAsync();
    }

    [Fact]
    public async Task The_trace_id_is_the_senders()
    {
        await using var host = await Module.StartAsync();
        using var client = host.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nowhere");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        var problem = JsonNode.Parse(await (await client.SendAsync(request)).Content.ReadAsStringAsync())!;

        Assert.Equal("0af7651916cd43dd8448eb211c80319c", (string?)problem["traceId"]);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_failure_that_has_a_body_keeps_it()
    {
        await using var host = await Module.StartAsync();
        using var client = host.Client();

        Assert.Equal("no such dish", await (await client.GetAsync("/plain")).Content.ReadAsStringAsync());
        await host.StopAsync();
    }

    [Fact]
    public async Task No_server_header_is_sent()
    {
        await using var host = await Module.StartAsync();
        using var client = host.Client();

        Assert.Empty((await client.GetAsync("/healthz")).Headers.Server);
        await host.StopAsync();
    }

    private static async Task<JsonNode> Expect(
        HttpMethod method, string path, HttpContent? content, int status, string type, params string[] args)
    {
        await using var host = await Module.StartAsync(args);
        using var client = host.Client();
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using var answer = await client.SendAsync(request);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;

        Assert.Equal((HttpStatusCode)status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(type, (string?)problem["type"]);
        Assert.Equal(status, (int)problem["status"]!);
        Assert.NotEmpty((string)problem["title"]!);
        Assert.Equal(32, ((string)problem["traceId"]!).Length);
        await host.StopAsync();
        return problem;
    }

    private sealed record Dish(string Name);
}
