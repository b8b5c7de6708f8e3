using System.Runtime.Versioning;
using RideIngest.LocalServers.Processes;
using RideIngest.TestKit.Servers;

namespace RideIngest.Unit.LocalServers;

[UnsupportedOSPlatform("windows")]
public sealed class ProgramsTests : IDisposable
{
    private readonly TestDirectory _folder = new();

    [Fact]
    public void A_link_to_nothing_is_no_program()
    {
        File.CreateSymbolicLink(_folder.In("postgres"), "/nowhere/postgres");
        Assert.False(Programs.IsExecutable(_folder.In("postgres")));
    }

    [Fact]
    public void A_file_is_a_program_once_it_may_be_run()
    {
        var file = _folder.In("postgres");
        File.WriteAllText(file, "");
        Assert.False(Programs.IsExecutable(file));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.True(Programs.IsExecutable(file));
    }

    public void Dispose() => _folder.Dispose();
}
