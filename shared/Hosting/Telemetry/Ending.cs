using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace RideIngest.Hosting.Telemetry;

/// <summary>Whether the process ends before it has started, because it was told to stop or because its start failed.</summary>
internal sealed class Ending
{
    private CancellationToken _asked;
    private volatile bool _failed;

    public bool HasBegun => _failed || _asked.IsCancellationRequested;

    /// <summary>Must be called before the first service starts.</summary>
    public void BeginsWith(CancellationToken asked) => _asked = asked;

    public void Failed() => _failed = true;

    /// <summary>Returns why the web server could not listen; null for another exception.</summary>
    public static SocketError? ErrorOf(Exception exception) => exception switch
    {
        IOException { InnerException: AddressInUseException } => SocketError.AddressAlreadyInUse,
        SocketException socket => socket.SocketErrorCode,
        _ => null,
    };
}
