using System.Collections;
using Microsoft.Playwright;
using RideIngest.LocalServers.Binaries;
using RideIngest.LocalServers.Processes;
using RideIngest.TestKit.Waiting;
using static Microsoft.Playwright.Assertions;

namespace RideIngest.Integration.Systems;

/// <summary>
/// A real browser: the machine's own Chromium, else Debian's: installed for root, unpacked into the user's cache for anybody else.
/// </summary>
internal static class DebianChromium
{
    private const string Package = "chromium";

    private static readonly string[] LibraryFolders = ["usr/lib", "lib"];

    private static readonly Lazy<Task<IBrowser>> Shared = new(StartAsync);

    /// <summary>One browser for all tests, which ends with the test process. Each page that is opened in it is a new visitor's.</summary>
    public static Task<IBrowser> SharedAsync() => Shared.Value;

    // Root gets no sandbox from Chromium, nor does who has unpacked it; it sees pages of ours alone.
    private static async Task<IBrowser> StartAsync()
    {
        SetDefaultExpectTimeout((float)Deadlines.Hang.TotalMilliseconds);
        var playwright = await Playwright.CreateAsync();
        if (Programs.Find(Package) is null && Posix.IsRoot)
            await DebianPackages.InstallAsync(Package, null, default);
        var options = Programs.Find(Package) is { } found ? new() { ExecutablePath = found } : Unpacked(await UnpackAsync());
        options.Args = ["--no-sandbox"];
        return await playwright.Chromium.LaunchAsync(options);
    }

    private static Task<string> UnpackAsync() =>
        DebianPackages.UnpackAsync(Package, apt => apt.MissingForAsync(Package, default), null, default);

    /// <summary>What Debian's own start script would set, for a Chromium that lies elsewhere.</summary>
    private static BrowserTypeLaunchOptions Unpacked(string root)
    {
        // Some of Debian's libraries are in /lib still, and PulseAudio's own lie where only installed ones look.
        var libraries = LibraryFolders.Select(folder => Path.Combine(root, folder)).Where(Directory.Exists)
            .SelectMany(folder => Directory.GetDirectories(folder, "*-linux-gnu"))
            .SelectMany(folder => (string[])[folder, Path.Combine(folder, "pulseaudio")]);
        var fonts = Path.Combine(root, "fonts.conf");
        File.WriteAllText(
            fonts, $"<fontconfig><dir>{root}/usr/share/fonts</dir><dir>/usr/share/fonts</dir><cachedir>{root}/fonts</cachedir></fontconfig>");
        var environment = Environment
            .GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .ToDictionary(e => (string)e.Key, e => (string)e.Value!);
        environment["LD_LIBRARY_PATH"] = string.Join(':', libraries);
        environment["FONTCONFIG_FILE"] = fonts;
        return new() { ExecutablePath = Path.Combine(root, "usr/lib/chromium/chromium"), Env = environment };
    }
}
