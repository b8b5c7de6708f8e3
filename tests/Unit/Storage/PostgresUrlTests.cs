using RideIngest.Storage.Postgres;

namespace RideIngest.Unit.Storage;

public sealed class PostgresUrlTests
{
    [Fact]
    public void A_url_carries_all_that_a_connection_needs()
    {
        var connection = PostgresUrl.Parse("postgres://me%40home:p%3Ass@db.example:6432/my%20rides?sslmode=verify-full&application_name=x");

        Assert.Equal("db.example", connection.Host);
        Assert.Equal(6432, connection.Port);
        Assert.Equal("my rides", connection.Database);
        Assert.Equal("me@home", connection.Username);
        Assert.Equal("p:ss", connection.Password);
        Assert.Equal(Npgsql.SslMode.VerifyFull, connection.SslMode);
        Assert.Equal("x", connection.ApplicationName);
    }

    [Fact]
    public void A_unix_socket_is_named_by_its_directory() =>
        Assert.Equal("/run/postgresql", PostgresUrl.Parse("postgres:///rides?host=/run/postgresql").Host);

    [Fact]
    public void An_address_of_version_6_stands_in_brackets() => Assert.Equal("::1", PostgresUrl.Parse("postgres://[::1]:5432/rides").Host);

    [Fact]
    public void An_npgsql_connection_string_is_read_as_it_is() => Assert.Equal("h", PostgresUrl.Parse("Host=h;Database=d").Host);

    [Theory]
    [InlineData("postgres://h/db?nonsense=1")]
    [InlineData("Hots=h")]
    [InlineData("mysql://h/db")]
    [InlineData("postgres://h:99999999/db")]
    public void What_is_neither_is_refused(string url) => Assert.Throws<FormatException>(() => PostgresUrl.Parse(url));
}
