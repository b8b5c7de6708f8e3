using System.Reflection;

namespace RideIngest.TestKit.Servers;

/// <summary>
/// Test processes that fill a machine with servers of their own take turns: <c>dotnet test</c> runs projects side by side, and what one
/// waits for with a deadline is not to be late because of the other.
/// </summary>
public static class MachineTurn
{
    private static readonly string Place = Path.Combine(Path.GetTempPath(), $"rideingest-tests-{Environment.UserName}.lock");
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private static FileStream? _held;

    /// <summary>Whether <c>dotnet test</c> runs this process, rather than a person by hand.</summary>
    internal static bool IsTestRun => Assembly.GetEntryAssembly()?.GetName().Name == "testhost";

    /// <summary>Waits for this process's turn, which ends with the process. What is run by hand does not wait.</summary>
    public static void Take()
    {
        if (!IsTestRun)
            return;
        while (_held is null)
        {
            try
            {
                _held = new FileStream(Place, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(Place))
            {
                Thread.Sleep(Look);
            }
        }
    }
}
