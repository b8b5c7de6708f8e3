using NATS.Client.Core;

namespace RideIngest.Integration.Nats.Core;

public sealed class AuthenticationTests : NatsTest
{
    private const string Secret = "open-sesame-1234";

    [Fact]
    public async Task A_user_with_the_right_password_comes_in()
    {
        var server = Own(await NatsServers.OwnAsync(Users));

        await Client(server, opts => opts with { AuthOpts = new NatsAuthOpts { Username = "ada", Password = Secret } }).PingAsync(Deadline);
        await Client(server.Url.Replace("nats://", $"nats://ada:{Secret}@", StringComparison.Ordinal)).PingAsync(Deadline);
        await Client(server, opts => opts with
        {
            AuthOpts = new NatsAuthOpts { AuthCredCallback = (_, _) => ValueTask.FromResult(NatsAuthCred.FromUserInfo("ada", Secret)) },
        }).PingAsync(Deadline);
    }

    [Fact]
    public async Task The_right_token_opens()
    {
        var server = Own(await NatsServers.OwnAsync($"authorization {{ token: \"{Secret}\" }}"));

        await Client(server, opts => opts with { AuthOpts = new NatsAuthOpts { Token = Secret } }).PingAsync(Deadline);
        await Client(server.Url.Replace("nats://", $"nats://{Secret}@", StringComparison.Ordinal)).PingAsync(Deadline);
    }

    [Theory]
    [InlineData("wrong-horse-5678", null)]
    [InlineData(null, "wrong-token-5678")]
    [InlineData(null, null)]
    public async Task A_wrong_secret_is_refused_and_never_repeated_in_the_error(string? password, string? token)
    {
        var server = Own(await NatsServers.OwnAsync(Users));
        var auth = new NatsAuthOpts { Username = password is null ? null : "ada", Password = password, Token = token };
        var client = Client(server, opts => opts with { AuthOpts = auth });

        var error = await Assert.ThrowsAnyAsync<NatsException>(async () => await client.ConnectAsync());

        Assert.DoesNotContain("5678", error.ToString(), StringComparison.Ordinal);
        Assert.NotEqual(NatsConnectionState.Open, client.ConnectionState);
    }

    [Fact]
    public async Task A_password_in_the_url_is_in_no_message()
    {
        var messages = new List<string>();
        var client = Client("nats://ada:wrong-horse-5678@127.0.0.1:1", opts => opts with { ConnectTimeout = TimeSpan.FromMilliseconds(500) });
        client.ReconnectFailed += Keep;
        client.ConnectionDisconnected += Keep;

        var error = await Assert.ThrowsAnyAsync<NatsException>(async () => await client.ConnectAsync());

        Assert.DoesNotContain("5678", error.ToString(), StringComparison.Ordinal);
        Assert.All(messages, message => Assert.DoesNotContain("5678", message, StringComparison.Ordinal));

        ValueTask Keep(object? sender, NatsEventArgs? args)
        {
            messages.Add(args?.Message ?? "");
            return ValueTask.CompletedTask;
        }
    }

    [Fact]
    public async Task A_violated_permission_is_told_and_the_connection_survives()
    {
        var server = Own(await NatsServers.OwnAsync(Users));
        var client = Client(server, opts => opts with { AuthOpts = new NatsAuthOpts { Username = "bob", Password = Secret } });
        var errors = new List<NatsServerErrorKind>();
        client.ServerError += (_, args) =>
        {
            errors.Add(args!.Kind);
            return ValueTask.CompletedTask;
        };
        var sub = await SubscribeAsync<string>(client, "allowed");

        await client.PublishAsync("forbidden", "x", cancellationToken: Deadline);
        await using var refused = await client.SubscribeCoreAsync<string>("forbidden", cancellationToken: Deadline);
        await client.PublishAsync("allowed", "still here", cancellationToken: Deadline);

        Assert.Equal("still here", (await TakeAsync(sub, 1))[0].Data);
        await UntilAsync(() => errors.Count == 2, "both violations are told");
        Assert.All(errors, kind => Assert.Equal(NatsServerErrorKind.PermissionsViolation, kind));
        Assert.Equal(NatsConnectionState.Open, client.ConnectionState);
    }

    public static TheoryData<string> Unsupported => new("NKey", "Jwt", "CredsFile");

    [Theory, MemberData(nameof(Unsupported))]
    public async Task NKeys_and_creds_are_supported_or_the_error_names_the_way_out(string kind)
    {
        if (!Subject.IsOurs)
            return;

        var auth = kind switch
        {
            "NKey" => new NatsAuthOpts { NKey = "UABC", Seed = "SUABC" },
            "Jwt" => new NatsAuthOpts { Jwt = "eyJ0", Seed = "SUABC" },
            _ => new NatsAuthOpts { CredsFile = "/nowhere/user.creds" },
        };
        var error = await Record.ExceptionAsync(async () =>
            await Client((await NatsServers.SharedAsync()).Url, opts => opts with { AuthOpts = auth }).ConnectAsync());

        Assert.NotNull(error);
        Assert.Contains("NatsNet=package", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("SUABC", error.ToString(), StringComparison.Ordinal);
    }

    private static string Users => $$"""
        authorization {
          users: [
            { user: ada, password: "{{Secret}}" }
            { user: bob, password: "{{Secret}}", permissions: { publish: ["allowed", "_INBOX.>"], subscribe: ["allowed", "_INBOX.>"] } }
          ]
        }
        """;
}
