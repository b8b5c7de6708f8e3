using RideIngest.Hosting.Config;
using RideIngest.Hosting.Processes;
using RideIngest.Integration.Systems;
using RideIngest.Producer;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Producer;

/// <summary>A system that asks for keys.</summary>
public sealed class KeyedSystem : IAsyncLifetime
{
    internal RideSystem System { get; private set; } = null!;

    public async Task InitializeAsync() => System = await RideSystem.StartAsync(args:
    [
        .. Keys.Of(0, "writer", "the-writers-key", "bookings:write"),
        .. Keys.Of(1, "reader", "the-readers-key", "read"),
        .. Keys.Of(2, "slow", "the-slow-key", "bookings:write"), "--auth:keys:2:records_per_second=5",
        .. Keys.Of(3, "attendant", "the-attendants-key", "parking:write"),
        .. Keys.Of(4, "careless", "the-careless-key", "bookings:write"), "--auth:keys:4:records_per_second=5",
        .. Keys.Of(6, "driver", "the-drivers-key", "rides:write"),
        .. Keys.Of(5, "clueless", "the-clueless-key", "bookings:write"), "--auth:keys:5:records_per_second=1",
    ]);

    public async Task DisposeAsync() => await System.DisposeAsync();
}

/// <summary>Who may do what, and how much of it.</summary>
public sealed class ProducerAccessTests(KeyedSystem keyed) : IClassFixture<KeyedSystem>
{
    private readonly RideSystem _system = keyed.System;

    [Fact]
    public async Task Without_a_key_or_with_an_unknown_one_the_answer_is_401()
    {
        var unknown = await _system.PostAsync("/v1/bookings", Given.Booking(Given.NewId()));
        Assert.Equal((401, "Bearer"), (unknown.Status, unknown.Headers.WwwAuthenticate.ToString()));
        Assert.Equal(401, (await _system.PostAsync("/v1/bookings", Given.Booking(Given.NewId()), headers: ("X-Api-Key", "guess"))).Status);
        Assert.Equal(401, (await _system.GetAsync("/v1/bookings/1")).Status);
        Assert.Equal(401, (await _system.GetAsync("/v1/receipts/none")).Status);
    }

    [Fact]
    public async Task A_key_allows_what_its_scopes_say_in_either_header()
    {
        Assert.Equal(
            201, (await _system.PostAsync("/v1/bookings", Given.Booking(Given.NewId()), headers: ("X-Api-Key", "the-writers-key"))).Status);
        Assert.Equal(
            201, (await _system.PostAsync(
                "/v1/bookings", Given.Booking(Given.NewId()), headers: ("Authorization", "Bearer the-writers-key"))).Status);
        var other = await _system.PostAsync("/v1/rides", Given.Ride(Given.NewId()), headers: ("X-Api-Key", "the-writers-key"));
        Assert.Equal((403, "/problems/forbidden"), (other.Status, (string?)other.Json["type"]));
        Assert.Contains("rides:write", (string)other.Json["detail"]!, StringComparison.Ordinal);
        Assert.Equal(403, (await _system.PostAsync("/v1/bookings/batch", "[]", headers: ("X-Api-Key", "the-readers-key"))).Status);
    }

    [Fact]
    public async Task The_old_path_is_refused_in_its_own_form()
    {
        var unknown = await _system.PostAsync("/save/booking/detail", Given.Booking(Given.NewId()));

        Assert.Equal((401, 2), (unknown.Status, (int)unknown.Json["type"]!));
        Assert.Contains("X-Api-Key", (string)unknown.Json["error"]!, StringComparison.Ordinal);
        Assert.Contains(
            "rideingest_producer_refused_total{problem=\"unauthorized\"}", (await _system.GetAsync("/metrics")).Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_key_is_needed_for_is_not_to_be_stored_by_caches()
    {
        var stored = await _system.PostAsync("/v1/bookings", Given.Booking(Given.NewId()), headers: ("X-Api-Key", "the-writers-key"));
        var refused = await _system.GetAsync("/v1/bookings/1");
        var missing = await _system.PostAsync("/v1/bookings/batch", "[]", headers: ("X-Api-Key", "the-readers-key"));

        Assert.All([stored, refused, missing], answer => Assert.True(answer.Headers.CacheControl!.NoStore));
    }

    [Fact]
    public async Task A_receipt_can_be_followed_with_its_kinds_scope_to_write_and_not_with_another_kinds()
    {
        var sent = await _system.PostAsync(
            "/v1/bookings", Given.Booking(Given.NewId()), headers: [("X-Api-Key", "the-writers-key"), ("Prefer", "respond-async")]);

        Assert.Equal(200, (await GetAsync(sent.Headers.Location!, "the-writers-key")).Status);
        Assert.Equal(200, (await GetAsync(sent.Headers.Location!, "the-readers-key")).Status);
        Assert.Equal(403, (await GetAsync(sent.Headers.Location!, "the-drivers-key")).Status);
    }

    [Fact]
    public async Task A_stored_record_can_be_read_with_its_kinds_scope_to_write_and_not_with_another_kinds()
    {
        var sent = await _system.PostAsync("/v1/bookings", Given.Booking(Given.NewId()), headers: ("X-Api-Key", "the-writers-key"));

        Assert.Equal(200, (await GetAsync(sent.Headers.Location!, "the-writers-key")).Status);
        Assert.Equal(200, (await GetAsync(sent.Headers.Location!, "the-readers-key")).Status);
        var others = await GetAsync(sent.Headers.Location!, "the-drivers-key");
        Assert.Equal(403, others.Status);
        Assert.Contains("read or bookings:write", (string)others.Json["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scope_of_another_process_may_stand_in_the_same_file() =>
        Assert.Equal(
            403, (await _system.PostAsync(
                "/v1/bookings", Given.Booking(Given.NewId()), headers: ("X-Api-Key", "the-attendants-key"))).Status);

    [Fact]
    public async Task Beyond_its_rate_a_key_is_told_when_to_come_back()
    {
        Answer answer;
        do
            answer = await _system.PostAsync("/v1/bookings", Given.Booking(Given.NewId()), headers: ("X-Api-Key", "the-slow-key"));
        while (answer.Status == 201);

        Assert.Equal((429, "/problems/rate-limit", true), (answer.Status, (string?)answer.Json["type"], (bool)answer.Json["retryable"]!));
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Contains("Key slow may send 5 records per second", (string)answer.Json["detail"]!, StringComparison.Ordinal);
        Assert.Equal(
            201, (await _system.PostAsync("/v1/bookings", Given.Booking(Given.NewId()), headers: ("X-Api-Key", "the-writers-key"))).Status);
    }

    [Fact]
    public async Task Invalid_records_of_an_upload_count_against_the_rate_as_valid_ones_do()
    {
        var careless = ("X-Api-Key", "the-careless-key");

        var upload = await _system.PostAsync(
            "/v1/bookings/batch", string.Concat(Enumerable.Repeat("{}\n", 500)), "application/x-ndjson", careless);
        var next = await _system.PostAsync("/v1/bookings", Given.Booking(Given.NewId()), headers: careless);

        Assert.Equal((207, 500), (upload.Status, (int)upload.Json["failed"]!));
        Assert.Equal((429, "/problems/rate-limit"), (next.Status, (string?)next.Json["type"]));
    }

    [Fact]
    public async Task Uploads_that_cannot_be_read_count_against_the_rate()
    {
        Answer? answer = null;

        await Eventually.True(async () =>
        {
            answer = await _system.PostAsync("/v1/bookings/batch", "no array", headers: ("X-Api-Key", "the-clueless-key"));
            return answer.Status != 400;
        });

        Assert.Equal((429, "/problems/rate-limit"), (answer!.Status, (string?)answer.Json["type"]));
    }

    private async Task<Answer> GetAsync(Uri path, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-Api-Key", key);
        return await Answer.OfAsync(await _system.Client.SendAsync(request));
    }

    [Theory]
    [InlineData("auth.open", "--urls", "http://0.0.0.0:0")]
    [InlineData("auth.keys", "--auth:mode=keys")]
    [InlineData("auth.jwt.audience", "--auth:mode=keys", "--auth:jwt:authority=https://login.example.com")]
    [InlineData("auth.jwt.authority", "--auth:mode=keys", "--auth:jwt:audience=rideingest")]
    [InlineData("https", "--auth:mode=keys", "--auth:jwt:authority=http://login.example.com", "--auth:jwt:audience=rideingest")]
    [InlineData(
        "auth.jwt.key_file", "--auth:mode=keys", "--auth:jwt:authority=https://login.example.com", "--auth:jwt:audience=rideingest",
        "--auth:jwt:key_file=/no/such/key")]
    [InlineData(
        "auth.jwt.roles", "--auth:mode=keys", "--auth:jwt:authority=https://login.example.com", "--auth:jwt:audience=rideingest",
        "--auth:jwt:roles:clerk=booking:write")]
    [InlineData(
        "auth.mode", "--auth:keys:0:name=x", "--auth:keys:0:scopes=bookings:write",
        "--auth:keys:0:sha256=0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData(
        "bookings:write", "--auth:mode=keys", "--auth:keys:0:name=x", "--auth:keys:0:scopes=booking:write",
        "--auth:keys:0:sha256=0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task Settings_that_cannot_be_meant_stop_the_start_with_the_key_to_change(string mentioned, params string[] args)
    {
        await using var host = RideIngestHost.Create(
            "producer", [.. args, "--logging:level=fatal", $"--nats:url={_system.Nats.Url}"], new ProducerModule());

        var refused = await Assert.ThrowsAsync<StartupException>(() => host.StartAsync());

        Assert.Contains(mentioned, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("producer.max_record", "--producer:max_record=4GB")]
    [InlineData("nats.url", "--nats:url=nats://rides:Zk3/9s@127.0.0.1:4222")]
    [InlineData("postgres.url", "--postgres:url=postgres://rides:Zk3/9s+x@127.0.0.1:5432/rides")]
    public void Settings_that_are_none_are_told_with_their_key_and_without_their_secret(string mentioned, string setting)
    {
        var refused = Assert.Throws<SettingsException>(() => RideIngestHost.Create("producer", [setting], new ProducerModule()));

        Assert.Contains(mentioned, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Zk3", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("9s", refused.Message, StringComparison.Ordinal);
    }
}
