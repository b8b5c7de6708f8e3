using System.Runtime.InteropServices;

namespace RideIngest.Hosting.Processes;

/// <summary>Requests a stop on SIGINT and SIGTERM; a second SIGINT ends the process at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration[] _registrations;

    public StopSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, On),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, On),
    ];

    public CancellationToken Asked => _asked.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _asked.Dispose();
    }

    private void On(PosixSignalContext context)
    {
        if (_asked.IsCancellationRequested && context.Signal == PosixSignal.SIGINT)
            return;
        context.Cancel = true;

        // On another thread, so that callbacks of the token do not delay the next signal.
        ThreadPool.UnsafeQueueUserWorkItem(static asked => asked.Cancel(), _asked, preferLocal: false);
    }
}
