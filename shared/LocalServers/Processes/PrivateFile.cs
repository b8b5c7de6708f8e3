namespace RideIngest.LocalServers.Processes;

/// <summary>Files that hold secrets: for their owner's eyes from the moment they exist.</summary>
internal static class PrivateFile
{
    public static async Task WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var writer = new StreamWriter(path, options);
        await using (writer.ConfigureAwait(false))
            await writer.WriteAsync(text.AsMemory(), cancellationToken).ConfigureAwait(false);
    }
}
