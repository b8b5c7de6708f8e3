namespace RideIngest.TestKit.Servers;

/// <summary>A directory for one test, open to the user that root runs Postgres as, and gone with the test.</summary>
public sealed class TestDirectory : IDisposable
{
    public TestDirectory()
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path, File.GetUnixFileMode(Path) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("rideingest-test-").FullName;

    public string In(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
