using NATS.NKeys;
using RideIngest.Consumer;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Processes;
using RideIngest.Integration.Systems;
using RideIngest.Streams.Nats;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Broker;

/// <summary>NKeys and credentials files, from our settings to a server that asks for them.</summary>
public sealed class SignInTests : BrokerTest, IDisposable
{
    private readonly TestDirectory _directory = new();

    [Theory, MemberData(nameof(Versions))]
    public async Task A_process_signs_in_with_the_seed_of_an_NKey(string version)
    {
        using var user = KeyPair.CreatePair(PrefixByte.User);
        var server = await OwnAsync(version, Lets(user));

        await BecomesReadyAsync(server.Url, $"--nats:nkey_seed_file={InFile($"{user.GetSeed()}\n")}");
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_process_signs_in_with_a_credentials_file_to_a_server_in_operator_mode(string version)
    {
        using var jwt = new Jwt();
        var server = await OwnAsync(version, jwt.ServerConfig);

        await BecomesReadyAsync(server.Url, $"--nats:creds_file={InFile(jwt.Creds())}");
    }

    [Fact]
    public async Task A_process_whose_NKey_the_server_does_not_know_says_what_to_set()
    {
        using var known = KeyPair.CreatePair(PrefixByte.User);
        using var user = KeyPair.CreatePair(PrefixByte.User);
        var server = await OwnAsync(config: Lets(known));

        await IsNotLetInAsync(server.Url, $"--nats:nkey_seed_file={InFile(user.GetSeed())}", user.GetSeed());
    }

    [Fact]
    public async Task A_process_whose_credentials_another_account_has_signed_says_what_to_set()
    {
        using var jwt = new Jwt();
        using var other = new Jwt();
        var server = await OwnAsync(config: jwt.ServerConfig);
        var creds = jwt.Creds(signer: other);

        await IsNotLetInAsync(server.Url, $"--nats:creds_file={InFile(creds)}", creds.Split('\n')[5]);
    }

    [Fact]
    public void A_seed_that_is_no_users_is_refused_at_start_and_not_shown()
    {
        using var account = KeyPair.CreatePair(PrefixByte.Account);

        foreach (var seed in (string[])["SUNOTASEED", account.GetSeed()])
            Refuses("nats.nkey_seed", seed, $"--nats:nkey_seed_file={InFile(seed)}");
    }

    [Fact]
    public void A_file_that_is_no_credentials_file_is_refused_at_start_and_not_shown()
    {
        using var user = KeyPair.CreatePair(PrefixByte.User);

        Refuses("nats.creds", user.GetSeed(), $"--nats:creds_file={InFile(user.GetSeed())}");
    }

    [Fact]
    public void Two_ways_to_sign_in_at_once_are_refused_at_start_and_not_shown()
    {
        using var user = KeyPair.CreatePair(PrefixByte.User);
        string[] seed = [$"--nats:nkey_seed_file={InFile(user.GetSeed())}"];

        Refuses("nats.nkey_seed", user.GetSeed(), [.. seed, "--nats:username=clerk", "--nats:password=hush"]);
        Refuses("nats.nkey_seed", user.GetSeed(), [.. seed, "--nats:token=hush"]);
    }

    public void Dispose() => _directory.Dispose();

    private static string Lets(KeyPair user) => $$"""authorization { users: [ { nkey: {{user.GetPublicKey()}} } ] }""";

    private string InFile(string text)
    {
        var path = _directory.In(Guid.NewGuid().ToString("N"));
        File.WriteAllText(path, text);
        return path;
    }

    private static async Task BecomesReadyAsync(string url, params string[] args)
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        string[] servers = ["--urls", "http://127.0.0.1:0", $"--nats:url={url}", $"--postgres:url={database}"];
        await using var host = RideIngestHost.Create("consumer", [.. servers, "--logging:level=fatal", .. args], new ConsumerModule());
        await host.StartAsync();
        using var client = host.Client();
        await RideSystem.WholeAsync(client);
        await host.StopAsync();
    }

    private static async Task IsNotLetInAsync(string url, string argument, string secret)
    {
        await using var host = await new TestModule(services => services.AddNats()).StartAsync($"--nats:url={url}", argument);
        using var client = host.Client();
        var text = "";
        await Eventually.True(async () =>
        {
            using var answer = await client.GetAsync("/readyz");
            text = await answer.Content.ReadAsStringAsync();
            return text.Contains("does not let us in", StringComparison.Ordinal);
        });
        await host.StopAsync();

        Assert.Contains("nats.nkey_seed or nats.creds", text, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
    }

    private static void Refuses(string key, string secret, params string[] args)
    {
        var refusal = Assert.Throws<SettingsException>(() => new TestModule(services => services.AddNats()).Create(args));

        Assert.Contains(key, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", refusal.Message, StringComparison.Ordinal);
    }
}
