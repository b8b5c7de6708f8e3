using RideIngest.LocalServers.Postgres;

namespace RideIngest.TestKit.Servers;

/// <summary>
/// One Postgres for all tests of this process, started when it is first asked for and gone with the process, however that
/// ends. Each test makes a database of its own in it; a test that breaks its server takes one of its own.
/// </summary>
public static class TestPostgres
{
    // Quick rather than durable: no test outlives a power cut. Those that prove durability start a private one.
    private static readonly PostgresServerOptions Quick = new() { Durable = false };
    private static readonly Lazy<Task<PostgresServer>> Shared = new(() => PostgresServer.StartAsync(Quick));

    public static Task<PostgresServer> SharedAsync() => Shared.Value;

    /// <summary>A new, empty database of this test's own; returns its connection string.</summary>
    public static async Task<string> CreateDatabaseAsync()
    {
        var server = await SharedAsync();
        return await server.CreateDatabaseAsync($"test_{Guid.NewGuid():N}");
    }

    /// <summary>For this test alone, which disposes of it.</summary>
    public static Task<PostgresServer> PrivateAsync(PostgresServerOptions? options = null, CancellationToken cancellationToken = default) =>
        PostgresServer.StartAsync(options ?? Quick, cancellationToken);
}
