namespace RideIngest.LocalServers.Processes;

/// <summary>A local server could not be had, started or reached; the message says why and what to do about it.</summary>
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
