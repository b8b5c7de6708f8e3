using NATS.Client.Core;
using RideIngest.LocalServers;

namespace RideIngest.Integration.Nats.Core;

public sealed class TlsTests : NatsTest
{
    public static TheoryData<string> Versions => NatsServers.Versions;

    [Theory, MemberData(nameof(Versions))]
    public async Task A_server_with_a_trusted_certificate_is_spoken_to_over_tls(string version)
    {
        var (certificates, server) = await StartAsync(version: version);
        var client = Client(server, opts => opts with { TlsOpts = new NatsTlsOpts { CaFile = certificates.Authority, Mode = TlsMode.Require } });
        var sub = await SubscribeAsync<byte[]>(client, Mine);
        var payload = new byte[300_000];
        new Random(3).NextBytes(payload);

        await client.PublishAsync(Mine, payload, cancellationToken: Deadline);

        Assert.Equal(payload, (await TakeAsync(sub, 1))[0].Data);
        Assert.True(client.ServerInfo!.TlsRequired);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_refused()
    {
        var (_, server) = await StartAsync();
        var other = Own(new Certificates("Other CA"));
        var client = Client(server, opts => opts with { TlsOpts = new NatsTlsOpts { CaFile = other.Authority } });

        await Assert.ThrowsAnyAsync<NatsException>(async () => await client.ConnectAsync());
    }

    [Fact]
    public async Task Without_an_authority_the_machines_own_trust_decides()
    {
        var (_, server) = await StartAsync();

        await Assert.ThrowsAnyAsync<NatsException>(async () => await Client(server).ConnectAsync());
    }

    [Fact]
    public async Task A_caller_may_ask_to_verify_nothing()
    {
        var (_, server) = await StartAsync();
        var client = Client(server, opts => opts with { TlsOpts = new NatsTlsOpts { InsecureSkipVerify = true } });

        await client.PingAsync(Deadline);
    }

    [Fact]
    public async Task A_server_that_wants_certificates_gets_one()
    {
        var (certificates, server) = await StartAsync(mutual: true);
        var (certificate, key) = certificates.Issue("client");

        await Client(server, opts => opts with
        {
            TlsOpts = new NatsTlsOpts { CaFile = certificates.Authority, CertFile = certificate, KeyFile = key },
        }).PingAsync(Deadline);
    }

    [Fact]
    public async Task A_server_that_wants_certificates_refuses_whoever_has_none()
    {
        var (certificates, server) = await StartAsync(mutual: true);
        var client = Client(server, opts => opts with { TlsOpts = new NatsTlsOpts { CaFile = certificates.Authority } });

        await Assert.ThrowsAnyAsync<NatsException>(async () => await client.ConnectAsync());
    }

    [Fact]
    public async Task Tls_that_is_required_is_not_given_up_for_a_plain_server()
    {
        var server = await NatsServers.SharedAsync();
        var client = Client(server, opts => opts with { TlsOpts = new NatsTlsOpts { Mode = TlsMode.Require } });

        await Assert.ThrowsAnyAsync<NatsException>(async () => await client.ConnectAsync());
    }

    [Fact]
    public async Task A_tls_connection_comes_back_after_a_restart()
    {
        var (certificates, server) = await StartAsync();
        var client = Client(server, opts => opts with { TlsOpts = new NatsTlsOpts { CaFile = certificates.Authority } });
        var sub = await SubscribeAsync<string>(client, Mine);
        var back = ReopeningAsync(client);

        await server.RestartAsync();
        await back;
        await client.PublishAsync(Mine, "again", cancellationToken: Deadline);

        Assert.Equal("again", (await TakeAsync(sub, 1))[0].Data);
    }

    [Fact]
    public async Task A_server_that_wants_certificates_takes_one_from_a_bundle()
    {
        var (certificates, server) = await StartAsync(mutual: true);
        var bundle = Certificates.Bundle(certificates.Issue("client"), "secret");

        await Client(server, opts => opts with
        {
            TlsOpts = new NatsTlsOpts { CaFile = certificates.Authority, CertBundleFile = bundle, CertBundleFilePassword = "secret" },
        }).PingAsync(Deadline);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_knows_the_root_alone_gets_what_lies_between_as_well(bool bundled)
    {
        var (certificates, server) = await StartAsync(mutual: true);
        var (certificate, key) = certificates.IssueByAnother("client");

        await Client(server, opts => opts with
        {
            TlsOpts = bundled
                ? new NatsTlsOpts { CaFile = certificates.Authority, CertBundleFile = Certificates.Bundle((certificate, key), "secret"), CertBundleFilePassword = "secret" }
                : new NatsTlsOpts { CaFile = certificates.Authority, CertFile = certificate, KeyFile = key },
        }).PingAsync(Deadline);
    }

    [Fact]
    public async Task An_address_that_asks_for_tls_is_not_spoken_to_without()
    {
        var server = await NatsServers.SharedAsync();
        var client = Client($"tls://127.0.0.1:{server.Port}", opts => opts with { TlsOpts = new NatsTlsOpts { Mode = TlsMode.Disable } });

        await Assert.ThrowsAnyAsync<NatsException>(async () => await client.ConnectAsync());
    }

    [Fact]
    public async Task A_server_that_begins_with_the_tls_handshake_is_spoken_to_so()
    {
        var (certificates, server) = await StartAsync(more: "handshake_first: 2s");
        var client = Client(server, opts => opts with { TlsOpts = new NatsTlsOpts { CaFile = certificates.Authority, Mode = TlsMode.Implicit } });
        var sub = await SubscribeAsync<string>(client, Mine);

        await client.PublishAsync(Mine, "hello", cancellationToken: Deadline);

        Assert.Equal("hello", (await TakeAsync(sub, 1))[0].Data);
    }

    [Fact]
    public async Task A_discovered_address_is_trusted_by_the_name_that_was_configured()
    {
        var certificates = Own(new Certificates());
        var (certificate, key) = certificates.Issue("server", withAddress: false);
        var tls = $$"""tls { cert_file: "{{certificate}}", key_file: "{{key}}", timeout: 5 }""";
        var cluster = Own(await NatsCluster.StartAsync(2, new NatsServerOptions { Config = tls, SyncAlways = false }, Deadline));
        var (known, other) = (cluster.Servers[0], cluster.Servers[1]);
        var client = Client($"tls://localhost:{known.Port}", opts => opts with { TlsOpts = new NatsTlsOpts { CaFile = certificates.Authority } });
        await client.PingAsync(Deadline);
        var back = ReopeningAsync(client);

        await known.KillAsync();
        await back;

        Assert.Equal(other.Port, client.ServerInfo!.Port);
    }

    private async Task<(Certificates, NatsServer)> StartAsync(bool mutual = false, string version = "", string more = "")
    {
        var certificates = Own(new Certificates());
        var (certificate, key) = certificates.Issue("server");
        var tls = $$"""tls { cert_file: "{{certificate}}", key_file: "{{key}}", ca_file: "{{certificates.Authority}}", verify: {{(mutual ? "true" : "false")}}, timeout: 5, {{more}} }""";
        return (certificates, Own(await PlainStartAsync(tls, version)));
    }

    private static Task<NatsServer> PlainStartAsync(string tls, string version) => NatsServers.OwnAsync(tls, version);
}
