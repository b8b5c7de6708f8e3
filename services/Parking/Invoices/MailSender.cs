using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Retries;
using RideIngest.Parking.Settings;
using RideIngest.Parking.Telemetry;

namespace RideIngest.Parking.Invoices;

/// <summary>What the mail server answered.</summary>
internal enum MailEnd
{
    Sent,

    /// <summary>It refuses this mail for good.</summary>
    Refused,

    /// <summary>It does not take this mail now.</summary>
    Later,

    /// <summary>It takes no mail now.</summary>
    Away,
}

/// <summary>Sends mails one after the other over one connection, which stays open between them.</summary>
internal sealed partial class MailSender : IDisposable
{
    private const string Loopback = "127.0.0.1";
    private const string OwnFrom = "parking@localhost";

    private static readonly TimeSpan SentWithin = TimeSpan.FromMinutes(1);

    // After that without a failure, nobody knows whether it still fails: another process may have sent the mail. A retry comes sooner.
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(2);

    // Servers close idle connections; after this time it is checked first.
    private static readonly TimeSpan SurelyOpen = TimeSpan.FromSeconds(5);

    private readonly MailSettings _settings;
    private readonly Func<int?> _port;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly SmtpClient _client = new() { CheckCertificateRevocation = false };
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Repeats _failures = new();
    private string? _trouble;
    private long _failedAt;
    private long _usedAt;

    public MailSender(
        ParkingSettings settings, ParkingDefaults defaults, IServiceProvider provider, TimeProvider clock, ILogger<MailSender> logger)
    {
        (_settings, _clock, _logger) = (settings.Mail, clock, logger);
        if (_settings.Host is null && defaults.OwnMailPort is null)
            throw new SettingsException("parking.mail.host: the role invoices needs a mail server. A good value: smtp.example.com");
        if (!OwnerRequest.IsEmail(_settings.Host is null ? From : _settings.From ?? ""))
            throw new SettingsException("parking.mail.from: mails need a sender's address. A good value: parking@example.com");
        _port = _settings.Host is null ? () => defaults.OwnMailPort!(provider) : () => _settings.Port;
        ParkingTelemetry.ObserveMail(() => Trouble is not null);
    }

    public string From => _settings.From ?? OwnFrom;

    /// <summary>Why the last mail could not be sent; null if it could, or if none failed within two minutes.</summary>
    public string? Trouble => Volatile.Read(ref _trouble) is { } reason && _clock.GetElapsedTime(Volatile.Read(ref _failedAt)) < Recent
        ? $"The mail server {Host} takes no mail: {reason}. Invoices wait."
        : null;

    private string Host => _settings.Host ?? Loopback;

    public async Task<(MailEnd End, string Reason)> SendAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            limit.CancelAfter(SentWithin);
            await OpenAsync(limit.Token);
            await _client.SendAsync(message, limit.Token);
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
        catch (Exception e) when (IsAway(e) && !cancellationToken.IsCancellationRequested)
        {
            var reason = e is OperationCanceledException ? $"no answer within {Duration.Format(SentWithin)}" : e.Message.TrimEnd('.');
            await CloseAsync();
            Volatile.Write(ref _failedAt, _clock.GetTimestamp());
            Volatile.Write(ref _trouble, reason);
            if (_failures.Next(reason) is { } repeated)
                Fails(Host, reason, repeated);
            return (MailEnd.Away, reason);
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
        var port = _port() ?? throw new ServiceNotConnectedException("It is not started yet");
        await _client.ConnectAsync(Host, port, Security(port), cancellationToken);
        if (_settings.Username is not { } username)
            return;
        if (_settings.Tls == MailTls.Auto && !_client.IsSecure)
            throw new AuthenticationException("It offers no TLS, and without that no password is sent (parking.mail.tls)");
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
        Volatile.Write(ref _trouble, null);
        if (_failures.End() is > 0 and var times)
            SendsAgain(Host, times);
    }

    [LoggerMessage(6663, LogLevel.Warning, "The mail server {Host} takes no mail: {Reason}. Invoices wait and are retried{Repeated}")]
    private partial void Fails(string host, string reason, string repeated);

    [LoggerMessage(6664, LogLevel.Information, "The mail server {Host} takes mails again, after {Times} failures")]
    private partial void SendsAgain(string host, int times);
}
