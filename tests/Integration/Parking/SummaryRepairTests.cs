using RideIngest.Hosting.Config;
using RideIngest.TestKit.Files;
using RideIngest.TestKit.Servers;
using static RideIngest.Integration.Parking.SummaryRig;

namespace RideIngest.Integration.Parking;

/// <summary>The summary file after a kill, a full disk, and hands that moved it.</summary>
public sealed class SummaryRepairTests : IDisposable
{
    private readonly TestDirectory _folder = new();

    private string Path => _folder.In("summary.csv");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_written_and_not_answered_is_cut_off_at_the_next_start()
    {
        await using (var before = await StartAsync(Path))
            await before.PostManyAsync(Visit("x1"));
        await File.AppendAllTextAsync(Path, $"{Line("x2")}\nAB1,2026-11");

        await using var server = await StartAsync(Path);
        await server.PostManyAsync(Visit("x1"), Visit("x2"));

        Assert.Equal([Line("x1"), Line("x2")], Lines(Path));
    }

    [Fact]
    public async Task Yesterdays_file_is_repaired_too()
    {
        var yesterday = DateTime.UtcNow.AddDays(-1);
        var old = _folder.In($"summary-{yesterday:yyyy-MM-dd}.csv");
        await using (var before = await StartAsync(Path, new OtherDay(yesterday), "--parking:summary:rotate=day"))
            await before.PostManyAsync(Visit("x1"));
        await File.AppendAllTextAsync(old, "AB1,2026-11");

        await using var server = await StartAsync(Path, "--parking:summary:rotate=day");

        Assert.Equal($"{Line("x1")}\n", (await File.ReadAllTextAsync(old)).Split('\n', 2)[1]);
    }

    [Fact]
    public async Task A_missing_index_is_built_from_the_file()
    {
        await using (var before = await StartAsync(Path))
        {
            await before.PostManyAsync(Visit("x1"), Visit("x1", 2));
            await before.PostAsync(Plain);
        }
        File.Delete($"{Path}.keys");
        await File.AppendAllTextAsync(Path, "AB1,2026-11");

        await using var server = await StartAsync(Path);
        await server.PostManyAsync(Visit("x1"), Visit("x1", 2), Visit("x1", 3));

        Assert.Equal([Line("x1"), Line("x1", 2), PlainLine, Line("x1", 3)], Lines(Path));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_the_file_is_moved_a_new_one_begins_and_the_keys_are_kept(bool whileItRuns)
    {
        var server = await StartAsync(Path);
        await server.PostManyAsync(Visit("x1"));
        if (!whileItRuns)
            await server.DisposeAsync();
        File.Move(Path, _folder.In("archived.csv"));
        if (!whileItRuns)
            server = await StartAsync(Path);

        await server.PostManyAsync(Visit("x1"), Visit("x2"));

        Assert.Equal([Line("x1")], Lines(_folder.In("archived.csv")));
        Assert.Equal([Line("x2")], Lines(Path));
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_file_of_another_kind_is_left_alone()
    {
        await File.WriteAllTextAsync(Path, "the only copy of something\n");

        var refused = await Assert.ThrowsAnyAsync<StartupException>(() => StartAsync(Path));

        Assert.Contains("is no summary file", refused.Message, StringComparison.Ordinal);
        Assert.Equal("the only copy of something\n", await File.ReadAllTextAsync(Path));
    }

    [Fact]
    public async Task While_its_folder_is_missing_senders_get_503()
    {
        var file = System.IO.Path.Combine(_folder.In("mount"), "summary.csv");
        await using var server = await StartAsync(file);

        var away = await server.PostAsync(Plain, "a");
        var ready = await server.ReadyAsync();
        Directory.CreateDirectory(_folder.In("mount"));
        var back = await server.PostAsync(Plain, "a");

        Assert.Equal((503, "/problems/unavailable", true), (away.Status, (string)away.Json["type"]!, (bool)away.Json["retryable"]!));
        Assert.Contains("The summary file cannot be written", ready, StringComparison.Ordinal);
        Assert.Equal((201, 1), (back.Status, Lines(file).Length));
    }

    [LimitedDiskFact]
    public async Task A_full_disk_is_answered_503_and_nothing_of_it_stays_in_the_file()
    {
        await using var disk = await LimitedDisk.MountAsync(1);
        var file = disk.In("summary.csv");
        await using var server = await StartAsync(file);
        await server.PostManyAsync(Visit("x0"));
        await disk.FillAsync();

        // More than fits in what is left of the last block.
        var visits = Enumerable.Range(0, 2000).Select(i => Visit($"x{i}")).ToArray();
        var full = await server.PostManyAsync(visits);
        var inFile = Lines(file);
        disk.Free();
        var later = await server.PostManyAsync(visits);

        Assert.Equal(503, full.Status);
        Assert.Matches("full|No space", (string)full.Json["detail"]!);
        Assert.Equal([Line("x0")], inFile);
        Assert.Equal(201, later.Status);
        Assert.Equal(Enumerable.Range(0, 2000).Select(i => Line($"x{i}")), Lines(file));
    }

    private sealed class OtherDay(DateTime day) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(day, TimeSpan.Zero);
    }
}

/// <summary>A test with a small disk of its own. Skipped where none can be mounted.</summary>
internal sealed class LimitedDiskFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Missing = new(() => Task.Run(TryAsync).GetAwaiter().GetResult());

    public LimitedDiskFactAttribute() => Skip = Missing.Value;

    private static async Task<string?> TryAsync()
    {
        try
        {
            await using var disk = await LimitedDisk.MountAsync(1);
            return null;
        }
        catch (NotSupportedException e)
        {
            return e.Message;
        }
    }
}
