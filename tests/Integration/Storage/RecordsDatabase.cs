using System.Text;
using Npgsql;
using RideIngest.Integration.Storage.Tickets;
using RideIngest.Integration.Systems;
using RideIngest.Records.Bookings;
using RideIngest.Records.Kinds;
using RideIngest.Storage.Batches;
using RideIngest.Storage.DeadLetters;
using RideIngest.TestKit.Servers;

namespace RideIngest.Integration.Storage;

/// <summary>A database of a test's own, with every kind's table.</summary>
internal static class RecordsDatabase
{
    internal static readonly Catalog Catalog = new(new TicketTable());

    internal static Incoming Booking(long id, long userId = 22177) =>
        new((Booking)Catalog["bookings"].Sample with { Id = id, UserId = userId });

    internal static async Task<NpgsqlDataSource> CreateAsync()
    {
        var database = NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync());
        await PrepareAsync(database);
        return database;
    }

    internal static async Task PrepareAsync(NpgsqlDataSource database)
    {
        foreach (var type in Catalog.Kinds.Select(kind => kind.GetType()).Append(typeof(DeadLetterStore)))
        {
            foreach (var file in type.Assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith($"{type.Namespace}.0", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
            {
                using var sql = new StreamReader(type.Assembly.GetManifestResourceStream(file)!, Encoding.UTF8);
                await database.ExecuteAsync(await sql.ReadToEndAsync());
            }
        }
    }
}
