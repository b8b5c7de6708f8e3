using Microsoft.Extensions.DependencyInjection;

namespace RideIngest.Hosting.Config;

public static class SettingsRegistration
{
    /// <summary>
    /// Binds a section of the configuration to <typeparamref name="T"/> and injects it. Initial property values are the defaults;
    /// DataAnnotations are validated at startup.
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

    /// <summary>
    /// Adds a short switch for a key: <c>--urls</c> for <c>hosting.urls</c>. One that several modules of a process add is ambiguous, and
    /// ignored.
    /// </summary>
    public static IServiceCollection AddSwitch(this IServiceCollection services, string name, string key) =>
        services.AddSingleton(new SettingsSwitch(name, key));

    internal static IReadOnlyDictionary<string, string> Switches(this IServiceCollection services) =>
        services.Select(d => d.ImplementationInstance).OfType<SettingsSwitch>().GroupBy(s => s.Name)
            .Where(same => same.Count() == 1).ToDictionary(same => same.Key, same => same.Single().Key);

    internal static IReadOnlyList<SettingsSection> SettingsSections(this IServiceCollection services) =>
        [.. services.Select(d => d.ImplementationInstance).OfType<SettingsSection>()];
}

internal sealed record SettingsSwitch(string Name, string Key);
