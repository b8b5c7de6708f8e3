using Microsoft.Extensions.Hosting;

namespace RideIngest.Hosting.Processes;

/// <summary>Stops the process with exit code 0: its work is done.</summary>
public sealed class NormalStop(IHostApplicationLifetime lifetime)
{
    internal bool Asked { get; private set; }

    public void Stop()
    {
        Asked = true;
        lifetime.StopApplication();
    }
}
