using System.Diagnostics;
using RideIngest.TestKit.Servers;

namespace RideIngest.Integration.Deploy;

/// <summary>What deploy/secrets/create makes, in a directory of a test's own.</summary>
internal sealed class DeploySecrets : IDisposable
{
    private readonly TestDirectory _directory = new();

    private DeploySecrets() => File.Copy(DeployYaml.PathOf("deploy/secrets/create"), this["create"]);

    public string this[string name] => _directory.In(name);

    public static async Task<DeploySecrets> CreateAsync()
    {
        var secrets = new DeploySecrets();
        await secrets.RunAsync();
        return secrets;
    }

    public async Task RunAsync()
    {
        using var script = Process.Start("sh", [this["create"]]);
        await script.WaitForExitAsync();
        Assert.Equal(0, script.ExitCode);
    }

    public void Dispose() => _directory.Dispose();
}
