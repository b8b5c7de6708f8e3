using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using RideIngest.Platform.Config;
using RideIngest.Platform.Hosting;

namespace RideIngest.Platform.Messaging;

/// <summary>Gives a service its NATS connection: one for the process, opened at start, reopened for as long as it takes.</summary>
public static class NatsMessaging
{
    /// <param name="essential">Whether the process is not ready without it.</param>
    public static IServiceCollection AddNats(this IServiceCollection services, bool essential = true)
    {
        services.AddReadinessCheck<NatsReadiness>(essential);
        if (services.Any(d => d.ServiceType == typeof(NatsConnection))) return services;
        services.AddSettings<NatsSettings>("nats");
        services.AddSingleton(provider => new NatsConnection(Options(
            provider.GetRequiredService<NatsSettings>(),
            provider.GetRequiredService<ServiceIdentity>(),
            provider.GetRequiredService<ILoggerFactory>())));
        services.AddSingleton<INatsConnection>(provider => provider.GetRequiredService<NatsConnection>());
        services.AddSingleton<NatsConnector>();
        services.AddHostedService(provider => provider.GetRequiredService<NatsConnector>());
        return services;
    }

    private static NatsOpts Options(NatsSettings settings, ServiceIdentity identity, ILoggerFactory logging) => NatsOpts.Default with
    {
        Url = settings.Url,
        Name = $"rideingest-{identity.Name}",
        LoggerFactory = logging,
        ConnectTimeout = settings.ConnectTimeout,
        RequestTimeout = settings.RequestTimeout,
        CommandTimeout = settings.RequestTimeout,

        // A password that is refused may be taken again once the server has been mended: the process must not have to be restarted for it.
        IgnoreAuthErrorAbort = true,
        AuthOpts = new() { Username = settings.Username, Password = settings.Password, Token = settings.Token },
        TlsOpts = new()
        {
            Mode = settings.Tls.Mode,
            CaFile = settings.Tls.CaFile,
            CertFile = settings.Tls.CertFile,
            KeyFile = settings.Tls.KeyFile,
        },
    };
}
