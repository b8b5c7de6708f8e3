using Microsoft.Extensions.DependencyInjection;

namespace RideIngest.Hosting.Config;

public static class SettingsRegistration
{
    /// <summary>
    /// Gives the section of the configuration by this name to <typeparamref name="T"/>: a class with settable properties, whose initial
    /// values are the defaults and whose DataAnnotations are checked at startup. It is injected as <typeparamref name="T"/> itself.
    /// </summary>
    public static IServiceCollection AddSettings<T>(this IServiceCollection services, string section) where T : class, new()
    {
        var known = services.SettingsSections();
        if (known.Any(s => s.Type == typeof(T)))
            return services;
        if (known.Any(s => SettingsShape.SameName(s.Name, section)))
            throw new InvalidOperationException(
                $"The section {section} already belongs to {known.First(s => SettingsShape.SameName(s.Name, section)).Type}.");
        return services.AddSingleton(new SettingsSection(section, typeof(T)));
    }

    /// <summary>Makes <c>--name</c> on the command line short for a key: <c>--urls</c> for <c>hosting.urls</c>.</summary>
    public static IServiceCollection AddSwitch(this IServiceCollection services, string name, string key) =>
        services.AddSingleton(new SettingsSwitch(name, key));

    internal static IReadOnlyDictionary<string, string> Switches(this IServiceCollection services) =>
        services.Select(d => d.ImplementationInstance).OfType<SettingsSwitch>().ToDictionary(s => s.Name, s => s.Key);

    internal static IReadOnlyList<SettingsSection> SettingsSections(this IServiceCollection services) =>
        [.. services.Select(d => d.ImplementationInstance).OfType<SettingsSection>()];
}

internal sealed record SettingsSwitch(string Name, string Key);
