using RideIngest.Faults.Checking;

namespace RideIngest.Faults.Tests;

/// <summary>That growth is found, and that what comes and goes is not taken for it.</summary>
public sealed class HoldingTests
{
    private static readonly Holding First = new(Megabytes: 100, Timers: 4, Threads: 3, Queued: 0);

    [Fact]
    public void What_comes_and_goes_is_no_growth() =>
        Assert.Empty((First with { Megabytes = 300, Timers = 8, Threads = 12, Queued = 1 }).GrownSince(First));

    [Fact]
    public void Memory_that_goes_on_growing_is_found() =>
        Assert.Contains("holds 900 MB of memory, and held 100", (First with { Megabytes = 900 }).GrownSince(First));

    [Fact]
    public void Waits_that_were_forgotten_are_found() =>
        Assert.Contains("holds 104 timers, and held 4", (First with { Timers = 104 }).GrownSince(First));

    [Fact]
    public void A_pool_that_is_blocked_is_found() =>
        Assert.Equal(2, (First with { Threads = 60, Queued = 500 }).GrownSince(First).Count());

    [Fact]
    public void It_is_read_over_all_labels_and_from_its_own_name_alone()
    {
        const string Metrics = """
            # TYPE dotnet_timer gauge
            dotnet_timer 7
            dotnet_timer_other 100
            dotnet_process_memory_working_set_bytes 104857600
            dotnet_thread_pool_thread{pool="a"} 3
            dotnet_thread_pool_thread{pool="b"} 2
            dotnet_thread_pool_queue_length 1
            """;
        Assert.Equal(new Holding(100, 7, 5, 1), Holding.Read(Metrics));
    }

    [Fact]
    public void A_figure_that_is_not_there_is_no_zero() => Assert.Throws<InvalidOperationException>(() => Holding.Read("dotnet_timer 7\n"));
}
