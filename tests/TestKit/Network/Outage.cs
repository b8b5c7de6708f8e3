namespace RideIngest.TestKit.Network;

/// <summary>The two ways in which a server can be away.</summary>
public enum Outage
{
    None,

    /// <summary>Connections break, and new ones are refused.</summary>
    Down,

    /// <summary>Connections stand, and nothing comes: a process that was stopped, a network that swallows.</summary>
    Still,
}

public static class OutageOfProxy
{
    public static void Suffer(this TcpProxy proxy, Outage outage)
    {
        proxy.Refusing = outage == Outage.Down;
        if (outage == Outage.Down)
            proxy.Reset();
        if (outage == Outage.Still)
            proxy.BlackHole();
    }

    /// <summary>Ends whatever it suffered from.</summary>
    public static void Recover(this TcpProxy proxy)
    {
        proxy.Refusing = false;
        proxy.Resume();
    }
}
