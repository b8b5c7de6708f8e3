using RideIngest.LocalServers.Processes;

namespace RideIngest.TestKit.Files;

/// <summary>A file system in memory that is soon full. Only root can mount one.</summary>
public sealed class LimitedDisk : IAsyncDisposable
{
    private readonly DirectoryInfo _place;

    private LimitedDisk(DirectoryInfo place) => _place = place;

    public static async Task<LimitedDisk> MountAsync(int megabytes)
    {
        var place = Directory.CreateTempSubdirectory("rideingest-disk-");
        var mount = await Shell.RunAsync(["mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=755", "tmpfs", place.FullName]);
        if (mount.Succeeded)
            return new LimitedDisk(place);
        place.Delete();
        throw new NotSupportedException($"A small file system cannot be mounted here: {mount.Said}");
    }

    public string In(string name) => Path.Combine(_place.FullName, name);

    /// <summary>Takes all the room that is left.</summary>
    public async Task FillAsync()
    {
        var block = new byte[64 * 1024];
        await using var filler = new FileStream(In("filler"), FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        try
        {
            while (true)
                await filler.WriteAsync(block);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    public void Free() => File.Delete(In("filler"));

    public async ValueTask DisposeAsync()
    {
        await Shell.RunAsync(["umount", "-l", _place.FullName]);
        _place.Delete();
    }
}
