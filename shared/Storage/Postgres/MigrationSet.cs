using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using RideIngest.Hosting.Config;

namespace RideIngest.Storage.Postgres;

/// <summary>One numbered SQL file.</summary>
internal sealed record Migration(int Number, string File, string Sql)
{
    /// <summary>A checksum that ignores line endings, so that a checkout on another system counts as unchanged.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql.ReplaceLineEndings("\n"))));
}

/// <summary>The SQL files of one folder, in order.</summary>
/// <param name="Name">The schema and the folder, such as <c>rides.bookings</c>. Permanent, because applied files are recorded under
/// it.</param>
/// <param name="Schema">The schema for unqualified names.</param>
internal sealed partial record MigrationSet(string Name, string Schema, IReadOnlyList<Migration> Files)
{
    public static MigrationSet Embedded(string schema, Assembly assembly, string folder)
    {
        var files = new List<Migration>();
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            if (!resource.StartsWith($"{folder}.", StringComparison.Ordinal)
                || FileName().Match(resource[(folder.Length + 1)..]) is not { Success: true } name)
                continue;
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
            files.Add(new(int.Parse(name.Groups[1].ValueSpan, CultureInfo.InvariantCulture), name.Value, reader.ReadToEnd()));
        }

        return Of($"{schema}.{folder[(folder.LastIndexOf('.') + 1)..].ToLowerInvariant()}", schema, files);
    }

    /// <exception cref="MigrationException">The numbers do not run from 1 without a gap.</exception>
    public static MigrationSet Of(string name, string schema, IEnumerable<Migration> files)
    {
        Migration[] ordered = [.. files.OrderBy(f => f.Number).ThenBy(f => f.File, StringComparer.Ordinal)];
        if (ordered.Length == 0)
            throw new MigrationException($"{name} has no SQL files; they are embedded resources named 001_name.sql.");
        for (var i = 0; i < ordered.Length; i++)
        {
            if (ordered[i].Number == i + 1)
                continue;
            throw new MigrationException(i > 0 && ordered[i].Number == ordered[i - 1].Number
                ? $"{name} has two files numbered {ordered[i].Number:000}: {ordered[i - 1].File} and {ordered[i].File}. Give the "
                    + "later one the next free number."
                : $"{name} has no file {i + 1:000}, but has {ordered[i].File}. The numbers run from 001 without a gap.");
        }

        return new(name, schema, ordered);
    }

    [GeneratedRegex(@"^(\d{3,6})_[A-Za-z0-9_]+\.sql$", RegexOptions.CultureInvariant)]
    private static partial Regex FileName();
}

/// <summary>The SQL files and the database contradict each other, or a file fails. An operator has to fix it.</summary>
public sealed class MigrationException(string message, Exception? inner = null) : StartupException(message, inner);
