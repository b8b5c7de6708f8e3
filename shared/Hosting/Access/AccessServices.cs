using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RideIngest.Hosting.Config;

namespace RideIngest.Hosting.Access;

/// <summary>Adds access control: keys and tokens with <c>auth.mode: keys</c>, otherwise only a check of host names.</summary>
internal static class AccessServices
{
    /// <param name="settings">Null if no module uses scopes.</param>
    public static void AddAccess(this IServiceCollection services, AuthSettings? settings)
    {
        if (settings is not { Mode: AuthMode.Keys })
            return;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ApiKeys>();
        if (services.Any(service => service.ServiceType == typeof(IDataProtectionProvider)))
        {
            services.AddSingleton(provider => new Sessions(
                provider.GetRequiredService<ApiKeys>(), provider.GetRequiredService<IDataProtectionProvider>(), settings));
        }
        if (!settings.Jwt.IsOn)
            return;
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme)
            .AddJwtBearer(options => JwtTokens.Configure(options, settings.Jwt));
    }

    /// <exception cref="StartupException">The settings contradict each other.</exception>
    public static void UseAccess(this WebApplication app)
    {
        if (app.Services.GetService<AuthSettings>() is not { } settings)
            return;
        var logger = app.Services.GetRequiredService<ILogger<AuthSettings>>();
        var hosting = app.Services.GetRequiredService<HostingSettings>();
        AccessRules.Check(settings, hosting, app.Services.GetServices<KnownScope>(), logger);
        if (settings is { Mode: AuthMode.None, Open: false })
            app.UseMiddleware<LoopbackHosts>();
        if (settings.Mode == AuthMode.None)
            return;
        if (settings.Jwt.IsOn)
        {
            app.UseAuthentication();

            // Loads the key file now, so that an unreadable one fails the start.
            app.Services.GetRequiredService<IOptionsMonitor<JwtBearerOptions>>().Get(JwtBearerDefaults.AuthenticationScheme);
        }
        app.UseMiddleware<AccessMiddleware>();
    }
}
