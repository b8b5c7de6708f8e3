using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Logging;
using MimeKit;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Retries;

namespace RideIngest.Mail.Sending;

/// <summary>What the mail server answered.</summary>
public enum MailEnd
{
    Sent,

    /// <summary>It refuses this mail for good.</summary>
    Refused,

    /// <summary>It does not take this mail now.</summary>
    Later,

    /// <summary>It takes no mail now, and did not take this one.</summary>
    Away,

    /// <summary>It has the mail's text, but its answer was lost, so it may have taken it.</summary>
    InDoubt,

    /// <summary>It was cancelled before the server had the mail's text.</summary>
    NotBegun,
}

/// <summary>Sends mails one after the other over one connection, which stays open between them.</summary>
public sealed partial class MailSender : IDisposable
{
    private const string Loopback = "127.0.0.1";
    private const string NotBegun = "cancelled before it began";

    private static readonly TimeSpan SentWithin = TimeSpan.FromMinutes(1);

    // Another process may have sent the mail since. A retry comes sooner.
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(2);

    // Servers close idle connections; after this time it is checked first.
    private static readonly TimeSpan SurelyOpen = TimeSpan.FromSeconds(5);

    private readonly MailSettings _settings;
    private readonly MailUse _use;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly SmtpClient _client = new() { CheckCertificateRevocation = false };
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Repeats _failures = new();
    private readonly RecentTrouble _trouble;
    private long _usedAt;

    /// <exception cref="SettingsException">There is no mail server, or the sender's address is wrong.</exception>
    public MailSender(MailSettings settings, MailUse use, TimeProvider clock, ILogger<MailSender> logger)
    {
        (_settings, _use, _clock, _logger, _trouble) = (settings, use, clock, logger, new(clock, Recent));
        if (settings.Host is null && use.OwnPort is null)
            throw new SettingsException($"{use.Section}.host: mails need a mail server. A good value: smtp.example.com");
        if (!EmailAddress.IsValid(settings.Host is null ? From : settings.From ?? ""))
            throw new SettingsException($"{use.Section}.from: mails need a sender's address. A good value: rideingest@example.com");
    }

    public string From => _settings.From ?? _use.OwnFrom;

    /// <summary>Why the last mail could not be sent; null if it could, or if none failed within two minutes.</summary>
    public string? Trouble => _trouble.Reason is { } reason
        ? $"The mail server {Host} takes no mail: {reason}. {_use.Waiting} wait."
        : null;

    private string Host => _settings.Host ?? Loopback;

    /// <summary>Sends a mail. When cancelled, it says whether the server may have it.</summary>
    public async Task<(MailEnd End, string Reason)> SendAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var text = new Transfer();
        try
        {
            await _turn.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return (MailEnd.NotBegun, NotBegun);
        }
        try
        {
            limit.CancelAfter(SentWithin);
            await OpenAsync(limit.Token);
            await _client.SendAsync(message, limit.Token, text);
            _usedAt = _clock.GetTimestamp();
            Works();
            return (MailEnd.Sent, "");
        }
        catch (SmtpCommandException e) when (
            e.ErrorCode is SmtpErrorCode.RecipientNotAccepted or SmtpErrorCode.MessageNotAccepted && _client.IsConnected)
        {
            Works();
            var reason = $"{(int)e.StatusCode} {e.Message}";
            return ((int)e.StatusCode >= 500 ? MailEnd.Refused : MailEnd.Later, reason);
        }
        catch (Exception e) when (IsAway(e))
        {
            await CloseAsync();
            if (cancellationToken.IsCancellationRequested)
                return text.HasBegun ? (MailEnd.InDoubt, "cancelled before the answer") : (MailEnd.NotBegun, NotBegun);
            var reason = e is OperationCanceledException ? $"no answer within {Duration.Format(SentWithin)}" : e.Message.TrimEnd('.');
            _trouble.Failed(reason);
            if (_failures.Next(reason) is { } repeated)
                Fails(Host, reason, _use.Waiting, repeated);
            return (text.HasBegun ? MailEnd.InDoubt : MailEnd.Away, reason);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _turn.Dispose();
    }

    private static bool IsAway(Exception e) => e is SocketException or IOException or ProtocolException or CommandException
        or AuthenticationException or SslHandshakeException or NotSupportedException or OperationCanceledException
        or ServiceNotConnectedException or InvalidOperationException;

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (_client.IsConnected && _clock.GetElapsedTime(_usedAt) > SurelyOpen)
        {
            try
            {
                await _client.NoOpAsync(cancellationToken);
            }
            catch (Exception e) when (IsAway(e))
            {
                await CloseAsync();
            }
        }
        if (_client.IsConnected)
            return;
        var port = (_settings.Host is null ? _use.OwnPort!() : _settings.Port)
            ?? throw new ServiceNotConnectedException("It is not started yet");
        await _client.ConnectAsync(Host, port, Security(port), cancellationToken);
        if (_settings.Username is not { } username)
            return;
        if (_settings.Tls == MailTls.Auto && !_client.IsSecure)
            throw new AuthenticationException($"It offers no TLS, and without that no password is sent ({_use.Section}.tls)");
        await _client.AuthenticateAsync(username, _settings.Password ?? "", cancellationToken);
    }

    private SecureSocketOptions Security(int port) => _settings.Tls switch
    {
        _ when _settings.Host is null => SecureSocketOptions.None,
        MailTls.None => SecureSocketOptions.None,
        MailTls.Starttls => SecureSocketOptions.StartTls,
        MailTls.Implicit => SecureSocketOptions.SslOnConnect,
        _ when port == 465 => SecureSocketOptions.SslOnConnect,
        _ => SecureSocketOptions.StartTlsWhenAvailable,
    };

    private async Task CloseAsync()
    {
        try
        {
            await _client.DisconnectAsync(quit: false, CancellationToken.None);
        }
        catch (Exception e) when (IsAway(e))
        {
            // Nothing more can be done for it.
        }
    }

    private void Works()
    {
        _trouble.Works();
        if (_failures.End() is > 0 and var times)
            SendsAgain(Host, times);
    }

    [LoggerMessage(6663, LogLevel.Warning, "The mail server {Host} takes no mail: {Reason}. {Mails} wait and are retried{Repeated}")]
    private partial void Fails(string host, string reason, string mails, string repeated);

    [LoggerMessage(6664, LogLevel.Information, "The mail server {Host} takes mails again, after {Times} failures")]
    private partial void SendsAgain(string host, int times);

    /// <summary>Notes when the text of a mail begins to be sent: from then on the server may take it.</summary>
    private sealed class Transfer : ITransferProgress
    {
        public bool HasBegun { get; private set; }

        public void Report(long bytesTransferred, long totalSize) => HasBegun = true;

        public void Report(long bytesTransferred) => HasBegun = true;
    }
}

/// <summary>What a system sends mails for.</summary>
/// <param name="Section">The section of its settings, in messages.</param>
/// <param name="Waiting">What waits while the server is away, in messages, such as <c>Invoices</c>.</param>
/// <param name="OwnFrom">The sender's address with a mail server in this process.</param>
/// <param name="OwnPort">
/// Returns the loopback port of a mail server in this process, once it listens; null if there is none.
/// </param>
public sealed record MailUse(string Section, string Waiting, string OwnFrom, Func<int?>? OwnPort);
