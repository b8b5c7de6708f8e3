using System.Diagnostics;
using RideIngest.LocalServers.Binaries;

namespace RideIngest.TestKit.Servers;

/// <summary>Prometheus, Alertmanager and their tools from Debian's packages, unpacked once into the user's cache.</summary>
public static class DebianPrometheus
{
    public static async Task<string> BinaryAsync(string name, string package = "prometheus")
    {
        var folder = await DebianPackages.UnpackAsync(package, DebianPackages.Alone(package), null, default);
        return Path.Combine(folder, "usr/bin", name);
    }

    /// <returns>What <c>promtool</c> has against what it was given; empty for nothing.</returns>
    public static async Task<string> PromtoolAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(await BinaryAsync("promtool"), arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var promtool = Process.Start(start)!;
        var said = await Task.WhenAll(promtool.StandardError.ReadToEndAsync(), promtool.StandardOutput.ReadToEndAsync());
        await promtool.WaitForExitAsync();
        return promtool.ExitCode == 0 ? "" : string.Concat(said);
    }

    /// <returns>What <c>promtool check metrics</c> has against the text; empty for nothing.</returns>
    public static async Task<string> CheckAsync(string metrics)
    {
        using var promtool = Process.Start(new ProcessStartInfo(await BinaryAsync("promtool"), ["check", "metrics"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var said = Task.WhenAll(promtool.StandardError.ReadToEndAsync(), promtool.StandardOutput.ReadToEndAsync());
        await promtool.StandardInput.WriteAsync(metrics);
        promtool.StandardInput.Close();
        await promtool.WaitForExitAsync();
        return promtool.ExitCode == 0 ? "" : string.Concat(await said);
    }
}
