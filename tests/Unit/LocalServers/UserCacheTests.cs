using RideIngest.LocalServers.Binaries;
using RideIngest.TestKit.Servers;

namespace RideIngest.Unit.LocalServers;

public sealed class UserCacheTests : IDisposable
{
    private readonly TestDirectory _root = new();

    [Fact]
    public async Task However_many_ask_at_once_it_is_filled_once()
    {
        var fills = 0;
        var entries = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => new UserCache(_root.Path).GetOrAddAsync(
            "suites/one",
            async directory =>
            {
                Interlocked.Increment(ref fills);
                await File.WriteAllTextAsync(Path.Combine(directory, "program"), "here");
            },
            null,
            CancellationToken.None))));

        Assert.Equal(1, fills);
        Assert.All(entries, entry => Assert.Equal("here", File.ReadAllText(Path.Combine(entry, "program"))));
    }

    [Fact]
    public async Task What_failed_half_way_is_not_there_and_is_tried_again()
    {
        var cache = new UserCache(_root.Path);
        await Assert.ThrowsAsync<IOException>(() => cache.GetOrAddAsync("one", Broken, null, CancellationToken.None));
        var entry = await cache.GetOrAddAsync("one", _ => Task.CompletedTask, null, CancellationToken.None);
        Assert.Empty(Directory.GetFileSystemEntries(entry));
    }

    public void Dispose() => _root.Dispose();

    private static Task Broken(string directory)
    {
        File.WriteAllText(Path.Combine(directory, "half"), "");
        throw new IOException("The network is down.");
    }
}
