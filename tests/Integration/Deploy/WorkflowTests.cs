using System.Runtime.Versioning;

namespace RideIngest.Integration.Deploy;

/// <summary>.github/workflows/ci.yml, as far as it can be proven without GitHub.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class WorkflowTests
{
    [Fact]
    public void Every_push_and_pull_request_runs_what_every_change_must_pass_and_may_only_read()
    {
        var workflow = DeployYaml.Load(".github/workflows/ci.yml");
        var steps = Assert.Single(workflow["jobs"]!.AsObject()).Value!["steps"]!.AsArray();
        var script = (string)steps[^1]!["run"]!;
        var sdk = steps.Select(step => (string?)step!["with"]?["global-json-file"]).OfType<string>().Single();

        Assert.Equal(["pull_request", "push"], workflow["on"]!.AsObject().Select(on => on.Key).Order());
        Assert.Equal("""{"contents":"read"}""", workflow["permissions"]!.ToJsonString());
        Assert.Equal(".ci/run", script);
        Assert.True(File.GetUnixFileMode(DeployYaml.PathOf(script)).HasFlag(UnixFileMode.UserExecute));
        Assert.True(File.Exists(DeployYaml.PathOf(sdk)));
    }
}
