using System.Reflection;
using NATS.Client.Core;

namespace RideIngest.Integration.Nats;

/// <summary>
/// shared/Nats offers exactly what shared/Nats/PublicApi.txt lists, and the package offers at least that: what compiles
/// against the one compiles against the other. RIDEINGEST_WRITE_PUBLIC_API=1 writes the list anew.
/// </summary>
public sealed class PublicApiTests
{
    [Fact]
    public async Task The_public_surface_is_the_listed_one_and_a_part_of_the_packages()
    {
        var path = Path.Combine(Root(), "shared", "Nats", "PublicApi.txt");
        var actual = PublicApiListing.Of(Assemblies());
        if (Subject.IsOurs && Environment.GetEnvironmentVariable("RIDEINGEST_WRITE_PUBLIC_API") is "1")
            await File.WriteAllLinesAsync(path, actual);

        var listed = await File.ReadAllLinesAsync(path);
        var missing = listed.Except(actual, StringComparer.Ordinal).ToArray();
        Assert.True(missing.Length == 0, $"Listed, but not offered:\n{string.Join('\n', missing)}");
        if (!Subject.IsOurs)
            return;

        var unlisted = actual.Except(listed, StringComparer.Ordinal).ToArray();
        Assert.True(unlisted.Length == 0, $"Offered, but not listed:\n{string.Join('\n', unlisted)}");
    }

    private static IEnumerable<Assembly> Assemblies()
        => Subject.IsOurs
            ? [typeof(NatsConnection).Assembly]
            : Directory.EnumerateFiles(AppContext.BaseDirectory, "NATS.*.dll").Select(Assembly.LoadFrom);

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "RideIngest.sln")))
            folder = folder.Parent ?? throw new DirectoryNotFoundException("RideIngest.sln is in no folder above the tests");
        return folder.FullName;
    }
}
