using System.Buffers;
using System.Net;
using System.Text.Json;
using MimeKit;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Problems;
using RideIngest.Simulators.Settings;
using SmtpServer;
using SmtpServer.Mail;
using SmtpServer.Net;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace RideIngest.Simulators.Mail;

/// <summary>
/// A mail server that delivers nothing: <c>GET /simulators/mail?to=</c> lists what it received. <c>PUT
/// /simulators/mail/fault/{fault}</c> sets a fault, or clears it with <c>none</c>. Both need the scope <c>ops</c> if keys are required.
/// </summary>
public sealed partial class MailSimulator(SimulatorsSettings settings, ILogger<MailSimulator> logger) : IHostedService, IDisposable
{
    private const string Path = "/simulators/mail";
    private const int LargestMail = 1 << 20;

    private static readonly Dictionary<string, MailFault> Faults = Enum.GetValues<MailFault>()
        .ToDictionary(fault => JsonNamingPolicy.KebabCaseLower.ConvertName(fault.ToString()));

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly MailDrop _drop = new();
    private readonly SemaphoreSlim _switching = new(1);
    private CancellationTokenSource? _listening;
    private Task _running = Task.CompletedTask;
    private volatile MailFault _fault;

    /// <summary>The port; null before it is known.</summary>
    public int? Port { get; private set; }

    public MailFault Fault => _fault;

    private IPAddress Address => settings.Mail.Open ? IPAddress.Any : IPAddress.Loopback;

    /// <summary>Returns the mails to a recipient, or all, in the order in which they were received.</summary>
    public IReadOnlyList<ReceivedMail> Received(string? to = null) => _drop.To(to);

    public async Task SetAsync(MailFault fault)
    {
        await _switching.WaitAsync();
        try
        {
            _fault = fault;
            if (fault == MailFault.Down)
                await CloseAsync();
            else if (_listening is null)
                Listen();
        }
        finally
        {
            _switching.Release();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Listen();
        Listens(Address, Port!.Value);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => CloseAsync();

    public void Dispose()
    {
        _listening?.Dispose();
        _switching.Dispose();
    }

    internal void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(Path, (string? to) => Results.Json(new { Items = Received(to) }, Json)).Needs(Scopes.Ops);
        endpoints.MapGet($"{Path}/fault", () => Faults.First(known => known.Value == _fault).Key).Public();
        endpoints.MapPut($"{Path}/fault/{{fault}}", SwitchAsync).Needs(Scopes.Ops);
    }

    private async Task<IResult> SwitchAsync(string fault)
    {
        if (!Faults.TryGetValue(fault, out var wanted))
            return Problem.OfStatus(422) with { Detail = $"The fault must be one of {string.Join(", ", Faults.Keys)}." };
        await SetAsync(wanted);
        return Results.NoContent();
    }

    private void Listen()
    {
        var endpoint = new IPEndPoint(Address, Port ?? settings.Mail.Port);
        var options = new SmtpServerOptionsBuilder()
            .ServerName("simulator")
            .MaxMessageSize(LargestMail, MaxMessageSizeHandling.Strict)
            .Endpoint(builder => builder.Endpoint(endpoint).AllowUnsecureAuthentication())
            .Build();
        var listeners = new EndpointListenerFactory();
        listeners.EndpointStarted += (_, started) => Port = ((IPEndPoint)started.LocalEndPoint).Port;
        var services = new SmtpServer.ComponentModel.ServiceProvider();
        services.Add(listeners);
        services.Add(new Recipients(this));
        services.Add(new Drop(this));
        var listening = new CancellationTokenSource();
        var running = new SmtpServer.SmtpServer(options, services).StartAsync(listening.Token);
        if (running.IsFaulted)
        {
            listening.Dispose();
            var reason = running.Exception.GetBaseException().Message;
            throw new StartupException($"The simulated mail server cannot listen on {endpoint} (simulators.mail.port): {reason}");
        }
        (_listening, _running) = (listening, running);
    }

    private async Task CloseAsync()
    {
        if (_listening is not { } listening)
            return;
        _listening = null;
        await listening.CancelAsync();
        await _running;
        listening.Dispose();
    }

    [LoggerMessage(6701, LogLevel.Information, "The simulated mail server listens on {Address}:{Port}")]
    private partial void Listens(IPAddress address, int port);

    private sealed class Recipients(MailSimulator simulator) : MailboxFilter
    {
        public override Task<bool> CanDeliverToAsync(
            ISessionContext context, IMailbox to, IMailbox from, CancellationToken cancellationToken) =>
            Task.FromResult(simulator.Fault != MailFault.Refuse);
    }

    private sealed class Drop(MailSimulator simulator) : MessageStore
    {
        public override async Task<SmtpResponse> SaveAsync(
            ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
        {
            using var content = new MemoryStream(buffer.ToArray());
            using var message = await MimeMessage.LoadAsync(content, cancellationToken);
            simulator._drop.Add(new(
                message.MessageId ?? "", transaction.From.AsAddress(), [.. transaction.To.Select(to => to.AsAddress())],
                message.Subject ?? "", message.TextBody ?? "", DateTimeOffset.UtcNow, Times: 1));
            if (simulator.Fault == MailFault.DropAnswer)
                context.Pipe.Dispose();
            return SmtpResponse.Ok;
        }
    }
}
