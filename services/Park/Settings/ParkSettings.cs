using System.ComponentModel.DataAnnotations;
using RideIngest.Hosting.Config;

namespace RideIngest.Park.Settings;

/// <summary>The section <c>park</c>.</summary>
public sealed class ParkSettings
{
    /// <summary>The roles of this process.</summary>
    [MinLength(1, ErrorMessage = "At least one role is needed"), GoodValue("api,timekeeper")]
    public List<ParkRole> Roles { get; set; } = [.. Enum.GetValues<ParkRole>()];

    /// <summary>How long a commit of commands may take, before their outcome is called unknown.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00", ErrorMessage = "It must be from 50ms to 1m"), GoodValue("5s")]
    public TimeSpan StoreWithin { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The number of commands that may wait for Postgres. Others are refused until it catches up.</summary>
    [Range(1, 1_000_000, ErrorMessage = "It must be from 1 to 1000000"), GoodValue("10000")]
    public int MostWaiting { get; set; } = 10_000;

    /// <summary>The number of events of a ride or a customer after which its state is saved as a snapshot.</summary>
    [Range(10, 100_000, ErrorMessage = "It must be from 10 to 100000"), GoodValue("500")]
    public int SnapshotAfter { get; set; } = 500;

    /// <summary>The number of customers whose state is kept in memory.</summary>
    [Range(100, 100_000_000, ErrorMessage = "It must be from 100 to 100000000"), GoodValue("100000")]
    public int CustomersInMemory { get; set; } = 100_000;
}
