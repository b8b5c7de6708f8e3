namespace RideIngest.LocalServers.Processes;

/// <summary>
/// A shell script that stops a server when our process ends. It reads from a pipe that closes however we end. A parent-death signal would
/// not work: the kernel ties it to the forking thread, and .NET threads are short-lived.
/// </summary>
internal static class GuardScript
{
    /// <summary>
    /// Arguments: the stop signal, the seconds until SIGKILL, the log file, a directory to remove if we are gone ("" for none), and the
    /// server's command. Prints the server's process id, and exits with the server's exit code.
    /// </summary>
    public const string Text = """
        signal=$1 grace=$2 log=$3 doomed=$4 orphaned=
        shift 4
        exec 3<&0 </dev/null
        trap 'orphaned=1; kill -s "$signal" "$server"' USR1
        "$@" >>"$log" 2>&1 3<&- &
        server=$!
        echo "$server"
        exec >/dev/null 2>&1
        (
            trap - USR1
            while read -r _ <&3; do :; done
            kill -s USR1 $$
            sleep "$grace"
            kill -s KILL "$server"
        ) &
        watch=$!
        exec 3<&-
        while wait "$server"; code=$?; kill -s 0 "$server"; do :; done
        kill "$watch"
        if [ -n "$orphaned" ] && [ -n "$doomed" ]; then rm -rf "$doomed"; fi
        exit "$code"
        """;
}
