using System.Diagnostics;
using RideIngest.LocalServers;

namespace RideIngest.Integration.Platform;

/// <summary>Prometheus and its promtool from Debian's package, unpacked once into the user's cache.</summary>
internal static class DebianPrometheus
{
    public static async Task<string> BinaryAsync(string name)
    {
        var folder = await UserCache.Shared.GetOrAddAsync(
            Path.Combine("machine", "prometheus"),
            async directory =>
            {
                var apt = Apt.OfMachine(null);
                var state = Path.Combine(directory, "apt");
                if (await apt.CandidateAsync("prometheus", default) is null)
                {
                    apt = await Apt.PrivateAsync(state, null, null, default);
                    await apt.UpdateAsync(default);
                }

                await apt.UnpackAsync(["prometheus"], directory, default);
                if (Directory.Exists(state)) Directory.Delete(state, recursive: true);
            },
            null,
            default);
        return Path.Combine(folder, "usr/bin", name);
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
