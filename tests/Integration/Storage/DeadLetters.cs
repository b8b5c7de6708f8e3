using System.Text;
using Npgsql;
using RideIngest.Integration.Systems;
using RideIngest.Storage.DeadLetters;
using RideIngest.TestKit.Servers;

namespace RideIngest.Integration.Storage;

/// <summary>Dead letters of a test's own, and a database for them.</summary>
internal static class DeadLetters
{
    internal static DeadLetter Letter(string? key = "7", string message = "refused", string payload = "{}") => new()
    {
        System = "rides",
        Stage = "store",
        Subject = "rides.ingest.bookings",
        Kind = "bookings",
        Key = key,
        Digest = DeadLetter.DigestOf(Encoding.UTF8.GetBytes(payload)),
        Class = DeadLetterClass.System,
        Code = "23514",
        Message = message,
        Payload = Encoding.UTF8.GetBytes(payload),
    };

    internal static async Task<NpgsqlDataSource> CreateDatabaseAsync(int files = int.MaxValue)
    {
        var database = NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync());
        await ApplyAsync(database, 0, files);
        return database;
    }

    internal static Task<KeptDeadLetter?> FindAsync(this DeadLetterStore store, DeadLetter letter) =>
        store.FindAsync(letter.System, letter.Stage, letter.Kind, letter.Key, letter.Digest);

    /// <summary>Applies the table's SQL files from the one after the first <paramref name="skip"/>.</summary>
    internal static async Task ApplyAsync(NpgsqlDataSource database, int skip, int files = int.MaxValue)
    {
        var assembly = typeof(DeadLetterStore).Assembly;
        foreach (var file in assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith($"{typeof(DeadLetterStore).Namespace}.0", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Skip(skip).Take(files))
        {
            using var sql = new StreamReader(assembly.GetManifestResourceStream(file)!, Encoding.UTF8);
            await database.ExecuteAsync(await sql.ReadToEndAsync());
        }
    }
}
