using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Health;
using RideIngest.Hosting.OpenApi;
using RideIngest.Hosting.Problems;
using RideIngest.Hosting.Telemetry;

namespace RideIngest.Hosting.Processes;

/// <summary>A service process: modules, their configuration, and one web server.</summary>
public sealed partial class RideIngestHost : IAsyncDisposable
{
    private readonly WebApplicationBuilder _builder;
    private readonly IReadOnlyList<IModule> _modules;
    private readonly Ending _ending = new();
    private WebApplication? _app;

    private RideIngestHost(WebApplicationBuilder builder, Settings settings, IReadOnlyList<IModule> modules) =>
        (_builder, Settings, _modules) = (builder, settings, modules);

    /// <summary>The validated settings. Changes made before the start apply to all services.</summary>
    public Settings Settings { get; }

    public IServiceProvider Services => App.Services;

    /// <summary>The actual URLs, with the real port instead of 0.</summary>
    public IReadOnlyList<string> Urls => [.. App.Urls];

    /// <summary>Cancelled when shutdown begins.</summary>
    public CancellationToken Stopping => App.Lifetime.ApplicationStopping;

    /// <summary>Whether a module stopped the process because of a failure.</summary>
    internal bool GaveUp => Services.GetRequiredService<FatalStop>().Asked;

    internal bool IsDone => Services.GetRequiredService<NormalStop>().Asked;

    private WebApplication App => _app ?? throw new InvalidOperationException("The host has not been started.");

    /// <param name="name">The name of the process: <c>producer</c>, <c>standalone</c>.</param>
    /// <exception cref="SettingsException">The configuration is invalid; the message lists all problems.</exception>
    public static RideIngestHost Create(string name, string[] args, params IReadOnlyList<IModule> modules)
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = typeof(RideIngestHost).Assembly.GetName().Name });
        var services = builder.Services;
        Register(services, modules);
        var settings = Settings.Load(services.SettingsSections(), args, services.Switches());
        foreach (var (type, bound) in settings.Bound) services.AddSingleton(type, bound);
        services.AddSingleton(settings);
        builder.Configuration.AddConfiguration(settings.Configuration).AddInMemoryCollection(Collector.Variables);
        return new RideIngestHost(builder, settings, modules).Configure(name);
    }

    internal static void Register(IServiceCollection services, IReadOnlyList<IModule> modules)
    {
        services.AddSettings<HostingSettings>("hosting").AddSettings<LoggingSettings>("logging").AddSwitch("urls", "hosting.urls");
        foreach (var module in modules)
            module.AddServices(services);
    }

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        var hosting = Settings.Get<HostingSettings>();
        _builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = hosting.Drain > TimeSpan.Zero
            ? hosting.Drain
            : TimeSpan.FromMilliseconds(1));
        _builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = hosting.MaxBody;
        });

        _app = _builder.Build();
        var readiness = _app.Services.GetRequiredService<Readiness>();
        _app.Use((context, next) =>
        {
            // Otherwise clients would send the next request on a connection that is about to close.
            if (readiness.IsDraining && HttpProtocol.IsHttp11(context.Request.Protocol))
                context.Response.Headers.Connection = "close";
            return next(context);
        });
        ProblemHandler.Use(_app);
        _app.UseAccess();
        _app.UseRateLimiter();
        if (_app.Services.GetService<IAntiforgery>() is not null)
            _app.UseAntiforgery();
        OperatorEndpoints.Map(_app);
        foreach (var module in _modules)
            module.MapEndpoints(_app);
        ApiDocument.Map(_app);
        EndpointAccess.EnsureDeclared(_app);
        foreach (var url in hosting.Urls.Split(';'))
            _app.Urls.Add(url);

        // Must exist before the first activity; the SDK starts with the first hosted service.
        _app.Services.GetRequiredService<Propagation>();

        var logger = _app.Services.GetRequiredService<ILogger<RideIngestHost>>();
        if (Settings.Foreign.Count > 0)
            ForeignSections(logger, string.Join(", ", Settings.Foreign));
        if (logger.IsEnabled(LogLevel.Debug))
            foreach (var (key, value, origin) in Settings.Describe()) Setting(logger, key, value, origin);

        _ending.BeginsWith(cancellationToken);
        try
        {
            await _app.StartAsync(cancellationToken);
        }
        catch (Exception e)
        {
            _ending.Failed();
            if (Ending.ErrorOf(e) is { } refused)
                throw new StartupException(PortProbe.Refused(hosting.Urls, refused), e);
            throw;
        }

        Listening(logger, Identity.Name, Identity.Version, string.Join(", ", Urls));
    }

    /// <summary>
    /// Shuts down in order: report not ready, refuse new connections, answer requests in flight, stop modules in reverse order.
    /// </summary>
    public async Task StopAsync()
    {
        var hosting = Settings.Get<HostingSettings>();
        var logger = Services.GetRequiredService<ILogger<RideIngestHost>>();
        Draining(logger, Duration.Format(hosting.Drain));
        Services.GetRequiredService<Readiness>().Drain();
        await Task.Delay(hosting.DrainDelay);
        var since = Stopwatch.GetTimestamp();
        try
        {
            await App.StopAsync();
        }
        catch (Exception e) when (e is OperationCanceledException or AggregateException)
        {
            DrainedInPart(logger, e, Duration.Format(hosting.Drain));
            return;
        }

        Stopped(logger, Math.Round(Stopwatch.GetElapsedTime(since).TotalSeconds, 1));
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
    }

    private ServiceIdentity Identity => App.Services.GetRequiredService<ServiceIdentity>();

    private RideIngestHost Configure(string name)
    {
        var services = _builder.Services;
        var instance = $"{Environment.MachineName.ToLowerInvariant()}-{Environment.ProcessId}";
        var identity = new ServiceIdentity(
            name, RideIngestTelemetry.Version, instance, [.. _modules.Select(m => m.Name)], DateTimeOffset.UtcNow);
        services.AddSingleton(identity);
        services.AddSingleton<IHostLifetime, CallerOwnsLifetime>();
        services.AddSingleton<FatalStop>().AddSingleton<NormalStop>();
        services.AddSingleton<Readiness>();
        services.AddRouting();
        ApiDocument.Register(services);
        services.AddProblemDetails().AddExceptionHandler<ProblemHandler>();
        services.AddRequestLimits(Settings.Get<HostingSettings>());
        services.AddAccess(Settings.Find<AuthSettings>());
        services.AddTelemetry(Settings.Get<LoggingSettings>(), _ending, name, identity.Version, instance);
        return this;
    }

    [LoggerMessage(1001, LogLevel.Information, "{Service} {Version} listens on {Urls}")]
    private static partial void Listening(ILogger logger, string service, string version, string urls);

    [LoggerMessage(1002, LogLevel.Information, "Shutting down: requests in flight have {Drain} to finish")]
    private static partial void Draining(ILogger logger, string drain);

    [LoggerMessage(1006, LogLevel.Information, "Stopped after {Seconds} s, everything finished")]
    private static partial void Stopped(ILogger logger, double seconds);

    [LoggerMessage(1007, LogLevel.Warning,
        "Stopped after {Drain} (hosting.drain) with unfinished work. Requests still waiting see a broken connection")]
    private static partial void DrainedInPart(ILogger logger, Exception exception, string drain);

    // No warning, because one configuration may serve several processes; a misspelled section is an error.
    [LoggerMessage(1008, LogLevel.Information, "Sections of the configuration that this process does not use: {Sections}")]
    private static partial void ForeignSections(ILogger logger, string sections);

    [LoggerMessage(1009, LogLevel.Debug, "{Key} = {Value} ({Origin})")]
    private static partial void Setting(ILogger logger, string key, string value, string origin);

    /// <summary>Does nothing, because <see cref="ServiceProcess"/> handles the signals.</summary>
    private sealed class CallerOwnsLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
