namespace RideIngest.Benchmarks.Nats;

/// <summary>One thing that is measured: a name, how many messages a pass takes, and the pass itself.</summary>
/// <remarks>The same rows are compiled against both clients, so they may use nothing but NATS.Net's API.</remarks>
public sealed record Row(string Name, int Size, int Messages, Func<Bench, Row, Task> Pass)
{
    public string Title => Size == 0 ? Name : $"{Name}, {(Size < 1024 ? $"{Size} B" : $"{Size / 1024} KB")}";

    public byte[] Payload { get; } = Fill(Size);

    private static byte[] Fill(int size)
    {
        var payload = new byte[size];
        new Random(size).NextBytes(payload);
        return payload;
    }
}

/// <summary>What one pass came to. Written by the child as one JSON line, read by the comparison.</summary>
public sealed record Reading(string Title, double PerSecond, double BytesAllocated, double CpuMicroseconds);
