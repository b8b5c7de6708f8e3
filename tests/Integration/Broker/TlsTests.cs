using Microsoft.Extensions.DependencyInjection;
using NATS.Client.Core;
using RideIngest.Integration.Systems;
using RideIngest.LocalServers.Nats;
using RideIngest.Streams.Nats;

namespace RideIngest.Integration.Broker;

/// <summary>TLS as our settings ask for it.</summary>
public sealed class TlsTests : BrokerTest
{
    [ServerProcessTheory, MemberData(nameof(Versions))]
    public async Task A_server_whose_certificate_comes_from_the_configured_authority_is_trusted(string version)
    {
        using var certificates = new Certificates();
        var server = await StartAsync(certificates, "", version);

        Assert.Null(await RefusalAsync($"--nats:url=tls://127.0.0.1:{server.Port}", $"--nats:tls:ca_file={certificates.Authority}"));
    }

    [ServerProcessFact]
    public async Task A_server_whose_certificate_comes_from_another_authority_is_not()
    {
        using var certificates = new Certificates();
        using var others = new Certificates();
        var server = await StartAsync(certificates);

        Assert.NotNull(await RefusalAsync($"--nats:url={server.Url}", $"--nats:tls:ca_file={others.Authority}"));
        Assert.NotNull(await RefusalAsync($"--nats:url={server.Url}"));
    }

    [ServerProcessFact]
    public async Task A_server_that_wants_certificates_gets_ours_and_lets_nobody_else_in()
    {
        using var certificates = new Certificates();
        var server = await StartAsync(certificates, "verify: true");
        string[] trusting = [$"--nats:url={server.Url}", $"--nats:tls:ca_file={certificates.Authority}"];
        var (certificate, key) = certificates.Issue("client");

        Assert.Null(await RefusalAsync([.. trusting, $"--nats:tls:cert_file={certificate}", $"--nats:tls:key_file={key}"]));
        Assert.NotNull(await RefusalAsync(trusting));
    }

    [ServerProcessFact]
    public async Task TLS_that_is_required_is_not_given_up_for_a_server_without()
    {
        var server = await SharedAsync();

        Assert.NotNull(await RefusalAsync($"--nats:url=tls://127.0.0.1:{server.Port}"));
        Assert.NotNull(await RefusalAsync($"--nats:url={server.Url}", "--nats:tls:mode=require"));
    }

    private Task<NatsServer> StartAsync(Certificates certificates, string more = "", string? version = null)
    {
        var (certificate, key) = certificates.Issue("server");
        return OwnAsync(version, $$"""
            tls { cert_file: "{{certificate}}", key_file: "{{key}}", ca_file: "{{certificates.Authority}}", timeout: 5, {{more}} }
            """);
    }

    /// <summary>Why the connection of a process with these settings cannot be opened; null if it can.</summary>
    private static async Task<Exception?> RefusalAsync(params string[] args)
    {
        await using var host = await new TestModule(services => services.AddNats()).StartAsync(args);
        var refusal = await Record.ExceptionAsync(async () => await host.Services.GetRequiredService<NatsConnection>().ConnectAsync());
        await host.StopAsync();
        Assert.True(refusal is null or NatsException, $"{refusal}");
        return refusal;
    }
}
