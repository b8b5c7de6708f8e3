using System.Runtime.InteropServices;

namespace RideIngest.LocalServers.Processes;

/// <summary>POSIX calls that .NET lacks: the user id, file access, and signals to any process.</summary>
internal static partial class Posix
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;

    public static readonly int User2 = OperatingSystem.IsMacOS() ? 31 : 12;
    public static readonly int Stop = OperatingSystem.IsMacOS() ? 17 : 19;
    public static readonly int Continue = OperatingSystem.IsMacOS() ? 19 : 18;

    private const int NoPermission = 1;
    private const int Execute = 1;

    public static bool IsRoot => EffectiveUserId() == 0;

    /// <summary>Sends a signal; returns false if the process does not exist.</summary>
    public static bool Signal(int processId, int signal) => SendSignal(processId, signal) == 0;

    public static bool IsAlive(int processId) => SendSignal(processId, 0) == 0 || Marshal.GetLastPInvokeError() == NoPermission;

    public static bool MayExecute(string path) => Access(path, Execute) == 0;

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUserId();
}
