using RideIngest.LocalServers.Postgres;
using RideIngest.TestKit.Servers;

namespace RideIngest.Integration.Streams;

/// <summary>A Postgres that keeps what it has answered, which the shared one does not.</summary>
public sealed class DurablePostgres : IAsyncLifetime
{
    private PostgresServer _server = null!;

    public async Task InitializeAsync() => _server = await TestPostgres.PrivateAsync(new PostgresServerOptions());

    public Task<string> CreateDatabaseAsync() => _server.CreateDatabaseAsync($"test_{Guid.NewGuid():N}");

    public async Task DisposeAsync() => await _server.DisposeAsync();
}
