using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using RideIngest.Storage.Postgres;

namespace RideIngest.Storage.SharedKeys;

public static class SharedKeyServices
{
    private const string Application = "rideingest";

    /// <summary>Adds data protection with keys that all processes share: cookies and forms of one are valid at another.</summary>
    public static IServiceCollection AddSharedKeys(this IServiceCollection services)
    {
        services.AddMigrations("ops", typeof(PostgresXmlRepository));
        services.AddDataProtection().SetApplicationName(Application);
        return services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(
            options => options.XmlRepository = new PostgresXmlRepository(provider.GetRequiredService<NpgsqlDataSource>())));
    }
}
