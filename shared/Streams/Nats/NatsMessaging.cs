using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using NATS.Extensions.Microsoft.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Health;
using RideIngest.Hosting.Processes;
using RideIngest.Hosting.Telemetry;

namespace RideIngest.Streams.Nats;

/// <summary>Adds a service's NATS connection: one per process, opened at start and reopened whenever it is lost.</summary>
public static class NatsMessaging
{
    /// <summary>The name of NATS.Net's spans and metrics.</summary>
    private const string Telemetry = "NATS.Net";

    /// <param name="essential">Whether the process is not ready without it.</param>
    public static IServiceCollection AddNats(this IServiceCollection services, bool essential = true)
    {
        services.AddReadinessCheck<NatsReadiness>(essential);
        if (services.Any(d => d.ServiceType == typeof(NatsConnector)))
            return services;
        services.AddSettings<NatsSettings>("nats");
        services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddSource(Telemetry));
        services.ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddMeter(Telemetry));
        NatsInstrumentationOptions.Default.Filter = NatsSpans.IsKept;
        services.AddNatsClient(nats => nats
            .WithSerializerRegistry(NatsDefaultSerializerRegistry.Default)
            .ConfigureOptions(options => options.Configure<NatsSettings, ServiceIdentity>(Configure)));
        services.AddSingleton<NatsConnector>();
        services.AddHostedService(provider => provider.GetRequiredService<NatsConnector>());
        services.AddHostedService<NatsWatch>();
        services.AddSingleton<SystemMeter>().AddHostedService<ProcessAnnouncer>();
        services.AddSingleton(provider => new ServerClock(TimeProvider.System, provider.GetRequiredService<ILogger<ServerClock>>()));
        return services;
    }

    private static void Configure(NatsOptsBuilder builder, NatsSettings settings, ServiceIdentity identity) =>
        builder.Opts = builder.Opts with
        {
            Url = settings.Url,
            Name = $"rideingest-{identity.Name}",
            ConnectTimeout = settings.ConnectTimeout,
            RequestTimeout = settings.RequestTimeout,
            CommandTimeout = settings.RequestTimeout,

            // A refused login may work once the server's users are corrected, and must not need a restart.
            IgnoreAuthErrorAbort = true,
            AuthOpts = settings.Auth,
            TlsOpts = new()
            {
                Mode = settings.Tls.Mode,
                CaFile = settings.Tls.CaFile,
                CertFile = settings.Tls.CertFile,
                KeyFile = settings.Tls.KeyFile,
            },
        };
}
