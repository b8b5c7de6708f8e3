namespace RideIngest.Hosting.Config;

/// <summary>The process cannot start, for a reason that one line explains.</summary>
public class StartupException(string message, Exception? inner = null) : Exception(message, inner);
