using RideIngest.Hosting.Processes;
using RideIngest.Standalone;
using RideIngest.Standalone.Servers;
using RideIngest.TestKit.Files;

namespace RideIngest.Integration.Hosting;

/// <summary>config-example.yaml, against the settings of everything there is.</summary>
public sealed class ConfigExampleTests
{
    [Fact]
    public async Task The_example_has_every_key_with_its_default_and_no_other()
    {
        await using var servers = new PrivateServers();
        await using var defaults = RideIngestHost.Create("test", [], Composition.Of(servers));
        await using var example = RideIngestHost.Create(
            "test", ["--config-path", Path.Combine(Repository.Root, "config-example.yaml")], Composition.Of(servers));

        Assert.Empty(example.Settings.Foreign);
        Assert.Equal(defaults.Settings.Describe().Select(s => (s.Key, s.Value)), example.Settings.Describe().Select(s => (s.Key, s.Value)));
        Assert.Empty(example.Settings.Describe().Where(s => s.Origin == "default").Select(s => s.Key));
    }
}
