using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Health;
using RideIngest.Hosting.Problems;
using RideIngest.Hosting.Processes;

namespace RideIngest.Storage.Postgres;

/// <summary>Adds a service's <see cref="NpgsqlDataSource"/> and its migrations.</summary>
public static class PostgresDatabase
{
    /// <param name="essential">Whether the process is not ready without it.</param>
    /// <param name="needed">Decides from the settings whether this process uses Postgres. It does if any registration needs it.</param>
    public static IServiceCollection AddPostgres(
        this IServiceCollection services, bool essential = true, Func<IServiceProvider, bool>? needed = null)
    {
        services.AddReadinessCheck<PostgresReadiness>(essential);
        services.AddSingleton(new PostgresNeed(needed ?? (_ => true)));
        if (services.Any(d => d.ServiceType == typeof(NpgsqlDataSource)))
            return services;

        // Maps the column user_id to the property UserId.
        DefaultTypeMap.MatchNamesWithUnderscores = true;

        services.AddSettings<PostgresSettings>("postgres");
        services.AddSingleton(provider =>
        {
            var connection = ConnectionString(provider.GetRequiredService<PostgresSettings>());
            connection.ApplicationName ??= $"rideingest-{provider.GetRequiredService<ServiceIdentity>().Name}";

            // Metrics have this name as a label, instead of the connection string.
            return new NpgsqlDataSourceBuilder(connection.ConnectionString) { Name = connection.Database }
                .UseLoggerFactory(provider.GetRequiredService<ILoggerFactory>())

                // A COPY may start before its batch exists: its span would measure waiting, in the previous batch's trace.
                .ConfigureTracing(tracing => tracing.ConfigureCopyOperationFilter(_ => false))
                .Build();
        });
        services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddNpgsql());
        services.ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddNpgsqlInstrumentation());
        services.AddSingleton<PostgresPing>();
        services.AddSingleton<IExceptionProblem, PostgresProblem>();
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
    /// Applies the SQL files beside <paramref name="beside"/> (embedded resources named <c>001_name.sql</c>) at start, in
    /// <paramref name="schema"/>, which is created if missing. Their numbers start at 1 without gaps.
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

        // Npgsql tries Kerberos first by default, which costs a round trip per connection, and logs noise if its library is missing.
        if (!connection.ShouldSerialize("GSS Encryption Mode"))
            connection.GssEncryptionMode = GssEncryptionMode.Disable;

        // Our code leaves sessions unchanged, and resetting them after every batch would cost Postgres time.
        if (!connection.ShouldSerialize("No Reset On Close"))
            connection.NoResetOnClose = true;

        // Dapper prepares no statements. Npgsql prepares the ones that repeat, so that Postgres need not plan them each time.
        if (!connection.ShouldSerialize("Max Auto Prepare"))
            connection.MaxAutoPrepare = 20;

        // A COPY of about 300 rows fits into one send. Npgsql's default of 8 KB would need several, each of which wakes a thread.
        if (!connection.ShouldSerialize("Write Buffer Size"))
            connection.WriteBufferSize = 64 * 1024;

        // Detects a server that disappeared without closing its connections.
        connection.TcpKeepAlive = true;
        connection.TcpKeepAliveTime = 10;
        connection.TcpKeepAliveInterval = 5;
        return connection;
    }
}

/// <summary>Whether a module needs Postgres in this process, according to its settings.</summary>
internal sealed record PostgresNeed(Func<IServiceProvider, bool> Is);
