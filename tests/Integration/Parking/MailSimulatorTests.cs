using System.Net.Http.Json;
using System.Text.Json.Nodes;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;
using RideIngest.Hosting.Processes;
using RideIngest.Integration.Systems;
using RideIngest.Simulators;
using RideIngest.Simulators.Mail;

namespace RideIngest.Integration.Parking;

/// <summary>The simulated mail server, over SMTP and HTTP.</summary>
public sealed class MailSimulatorTests : IAsyncLifetime
{
    private readonly RideIngestHost _host = RideIngestHost.Create(
        "simulators", ["--urls", "http://127.0.0.1:0", "--logging:level=fatal"], new SimulatorsModule());

    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        await _host.StartAsync();
        _client = _host.Client();
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _host.StopAsync();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task It_lists_what_it_received_and_counts_the_same_mail()
    {
        await SendAsync("1@test", "Ann@example.com");
        await SendAsync("1@test", "Ann@example.com");
        await SendAsync("2@test", "bob@example.com");

        var ann = Assert.Single(await ReceivedAsync("?to=ann@example.com"))!;
        Assert.Equal(("1@test", "Grüße", "Ünïcode", 2), (
            (string)ann["message_id"]!, (string)ann["subject"]!, ((string)ann["text"]!).Trim(), (int)ann["times"]!));
        Assert.Equal(2, (await ReceivedAsync("")).Count);
    }

    [Fact]
    public async Task Its_faults_are_switched_on_and_off()
    {
        await SwitchAsync("down", 204);
        await Assert.ThrowsAnyAsync<Exception>(() => SendAsync("1@test", "ann@example.com"));
        Assert.Empty(await ReceivedAsync(""));
        await SwitchAsync("refuse", 204);
        var refused = await Assert.ThrowsAsync<SmtpCommandException>(() => SendAsync("1@test", "ann@example.com"));
        Assert.Equal((SmtpErrorCode.RecipientNotAccepted, 550), (refused.ErrorCode, (int)refused.StatusCode));
        await SwitchAsync("drop-answer", 204);
        await Assert.ThrowsAnyAsync<Exception>(() => SendAsync("1@test", "ann@example.com"));
        Assert.Equal("drop-answer", await _client.GetStringAsync("/simulators/mail/fault"));
        await SwitchAsync("none", 204);
        await SendAsync("1@test", "ann@example.com");

        Assert.Equal(2, (int)Assert.Single(await ReceivedAsync(""))!["times"]!);
        await SwitchAsync("slow", 422);
    }

    private async Task SwitchAsync(string fault, int status)
    {
        using var answer = await _client.PutAsync($"/simulators/mail/fault/{fault}", null);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    private async Task<JsonArray> ReceivedAsync(string query) =>
        (await _client.GetFromJsonAsync<JsonNode>($"/simulators/mail{query}"))!["items"]!.AsArray();

    private async Task SendAsync(string id, string to)
    {
        using var message = new MimeMessage { MessageId = id, Subject = "Grüße", Body = new TextPart("plain") { Text = "Ünïcode" } };
        message.From.Add(MailboxAddress.Parse("parking@example.com"));
        message.To.Add(MailboxAddress.Parse(to));
        using var smtp = new SmtpClient();
        await smtp.ConnectAsync("127.0.0.1", _host.Services.GetRequiredService<MailSimulator>().Port!.Value, SecureSocketOptions.None);
        await smtp.SendAsync(message);
        await smtp.DisconnectAsync(quit: true);
    }
}
