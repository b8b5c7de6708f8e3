namespace RideIngest.LocalServers.Processes;

/// <summary>A local server cannot be found, started or reached. The message says why and what to do.</summary>
public class LocalServerException : Exception
{
    public LocalServerException()
    {
    }

    public LocalServerException(string message)
        : base(message)
    {
    }

    public LocalServerException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
