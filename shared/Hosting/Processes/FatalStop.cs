using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RideIngest.Hosting.Processes;

/// <summary>Shuts the process down in order with exit code 1, for failures that no retry can fix.</summary>
public sealed partial class FatalStop(IHostApplicationLifetime lifetime, ILogger<FatalStop> logger)
{
    internal bool Asked { get; private set; }

    public void Stop(string reason)
    {
        Stopping(reason);
        Asked = true;
        lifetime.StopApplication();
    }

    [LoggerMessage(1004, LogLevel.Critical, "{Reason} The process stops.")]
    private partial void Stopping(string reason);
}
