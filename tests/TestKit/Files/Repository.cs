namespace RideIngest.TestKit.Files;

public static class Repository
{
    /// <summary>The folder with the solution, above the one that the tests run in.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "RideIngest.sln")) ? folder : Find(Path.GetDirectoryName(folder.TrimEnd('/'))!);
}
