using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Health;
using RideIngest.Hosting.Processes;

namespace RideIngest.Storage.Postgres;

/// <summary>Gives a service its <see cref="NpgsqlDataSource"/> and keeps its tables as its SQL files say.</summary>
public static class PostgresDatabase
{
    /// <param name="essential">Whether the process is not ready without it.</param>
    /// <param name="needed">Whether this process is to connect at all, when its settings are known; it is, if anybody says so.</param>
    public static IServiceCollection AddPostgres(
        this IServiceCollection services, bool essential = true, Func<IServiceProvider, bool>? needed = null)
    {
        services.AddReadinessCheck<PostgresReadiness>(essential);
        services.AddSingleton(new PostgresNeed(needed ?? (_ => true)));
        if (services.Any(d => d.ServiceType == typeof(NpgsqlDataSource)))
            return services;

        // user_id in a row is UserId in a type.
        DefaultTypeMap.MatchNamesWithUnderscores = true;

        services.AddSettings<PostgresSettings>("postgres");
        services.AddSingleton(provider =>
        {
            var connection = ConnectionString(provider.GetRequiredService<PostgresSettings>());
            connection.ApplicationName ??= $"rideingest-{provider.GetRequiredService<ServiceIdentity>().Name}";

            // The name stands in the metrics' labels, in place of the connection string.
            return new NpgsqlDataSourceBuilder(connection.ConnectionString) { Name = connection.Database }
                .UseLoggerFactory(provider.GetRequiredService<ILoggerFactory>())

                // A COPY may begin before its batch is there: a span of it would tell of waiting, in the trace of the batch before.
                .ConfigureTracing(tracing => tracing.ConfigureCopyOperationFilter(_ => false))
                .Build();
        });
        services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddNpgsql());
        services.ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddNpgsqlInstrumentation());
        services.AddSingleton<PostgresPing>();
        services.AddSingleton(provider => new Migrations(
            provider.GetRequiredService<NpgsqlDataSource>(),
            provider.GetServices<MigrationSet>(),
            provider.GetServices<PostgresNeed>().Any(need => need.Is(provider)),
            provider.GetRequiredService<FatalStop>(),
            provider.GetRequiredService<ILogger<Migrations>>()));
        services.AddHostedService(provider => provider.GetRequiredService<Migrations>());
        return services;
    }

    /// <summary>
    /// Has the SQL files that lie beside <paramref name="beside"/> (embedded resources named <c>001_name.sql</c>) applied at start,
    /// in <paramref name="schema"/>, which is created. Their numbers begin at 1 and have no gaps.
    /// </summary>
    public static IServiceCollection AddMigrations(
        this IServiceCollection services, string schema, Type beside, Func<IServiceProvider, bool>? needed = null)
    {
        services.AddPostgres(essential: false, needed);
        var set = MigrationSet.Embedded(schema, beside.Assembly, beside.Namespace!);
        if (!services.Any(d => d.ImplementationInstance is MigrationSet other && other.Name == set.Name))
            services.AddSingleton(set);
        return services;
    }

    internal static NpgsqlConnectionStringBuilder ConnectionString(PostgresSettings settings)
    {
        var connection = settings.Url is { } url ? PostgresUrl.Parse(url) : new NpgsqlConnectionStringBuilder();
        connection.Host ??= settings.Host;
        if (!connection.ShouldSerialize("Port"))
            connection.Port = settings.Port;
        connection.Database ??= settings.Database;
        connection.Username ??= settings.Username;
        connection.Password ??= settings.Password;
        if (!connection.ShouldSerialize("Maximum Pool Size"))
            connection.MaxPoolSize = settings.MaxConnections;
        if (!connection.ShouldSerialize("Timeout"))
            connection.Timeout = (int)settings.ConnectTimeout.TotalSeconds;
        if (!connection.ShouldSerialize("Command Timeout"))
            connection.CommandTimeout = (int)settings.CommandTimeout.TotalSeconds;

        // Npgsql asks for Kerberos first unless told not to: a round trip more for every connection, and noise where its library is
        // missing.
        if (!connection.ShouldSerialize("GSS Encryption Mode"))
            connection.GssEncryptionMode = GssEncryptionMode.Disable;

        // Nothing of ours leaves a session other than it was, and to forget all about it with every batch is work for Postgres.
        if (!connection.ShouldSerialize("No Reset On Close"))
            connection.NoResetOnClose = true;

        // Dapper prepares nothing: Npgsql prepares what a session runs a few times, so that Postgres need not plan it each time.
        if (!connection.ShouldSerialize("Max Auto Prepare"))
            connection.MaxAutoPrepare = 20;

        // A COPY of some 300 rows leaves in one send, where Npgsql's usual 8 KB make several, each of which wakes somebody.
        if (!connection.ShouldSerialize("Write Buffer Size"))
            connection.WriteBufferSize = 64 * 1024;

        // A server that vanished without a word is noticed, instead of being waited for.
        connection.TcpKeepAlive = true;
        connection.TcpKeepAliveTime = 10;
        connection.TcpKeepAliveInterval = 5;
        return connection;
    }
}

/// <summary>Whether a module needs Postgres in this process, as its settings have it.</summary>
internal sealed record PostgresNeed(Func<IServiceProvider, bool> Is);
