using Npgsql;

namespace RideIngest.Integration.Systems;

/// <summary>A role of a test's own, that may sign in and nothing else.</summary>
/// <param name="ConnectionString">Of the test's database, as this role.</param>
internal sealed record TestRole(string Name, string ConnectionString)
{
    /// <param name="database">The connection string of a superuser.</param>
    public static async Task<TestRole> CreateAsync(string database)
    {
        var name = $"role_{Guid.NewGuid():N}";
        var password = $"{Guid.NewGuid():N}";
        await using var source = NpgsqlDataSource.Create(database);
        await source.ExecuteAsync($"create role {name} login password '{password}'");
        return new(name, new NpgsqlConnectionStringBuilder(database) { Username = name, Password = password }.ConnectionString);
    }
}
