namespace RideIngest.LocalServers.Binaries;

/// <summary>The location of Postgres' programs.</summary>
/// <param name="Folder">The folder with <c>postgres</c> and <c>initdb</c>.</param>
/// <param name="Libraries">Folders of libraries that the machine lacks, in the format of LD_LIBRARY_PATH; "" for none.</param>
public sealed record PostgresBinaries(string Folder, string Libraries = "")
{
    public string Server => Path.Combine(Folder, "postgres");

    public string InitDb => Path.Combine(Folder, "initdb");

    internal IReadOnlyDictionary<string, string> Environment =>
        Libraries.Length == 0 ? new Dictionary<string, string>() : new Dictionary<string, string> { ["LD_LIBRARY_PATH"] = Libraries };
}
