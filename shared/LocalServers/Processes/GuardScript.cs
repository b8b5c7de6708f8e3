namespace RideIngest.LocalServers.Processes;

/// <summary>
/// The shell that stands between us and a server. It holds the reading end of a pipe whose writing end only we hold:
/// however we end, the pipe closes, and the guard stops the server. A parent-death signal would not do: the kernel ties it
/// to the thread that forked, and .NET's threads come and go.
/// </summary>
internal static class GuardScript
{
    /// <summary>
    /// Arguments: the stop signal, the seconds until KILL, the log file, the directory to remove if we are gone ("" for
    /// none), then the server's command. Prints the server's process id, and ends with the server's exit code.
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
