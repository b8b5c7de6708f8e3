namespace RideIngest.Hosting.Config;

/// <summary>The process cannot start. The message explains the reason in one line.</summary>
public class StartupException(string message, Exception? inner = null) : Exception(message, inner);
