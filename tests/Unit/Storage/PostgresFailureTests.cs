using Npgsql;
using RideIngest.Storage.Postgres;

namespace RideIngest.Unit.Storage;

/// <summary>What people are told when Postgres fails.</summary>
public sealed class PostgresFailureTests
{
    [Theory]
    [InlineData("permission denied for table players", "grant select, insert, update, delete on SCHEMA.players to ride-ingest")]
    [InlineData("permission denied for sequence Numbers", "grant usage on sequence \"Numbers\" to ride-ingest")]
    [InlineData("permission denied for schema casino", "grant usage, create on schema casino to ride-ingest")]
    [InlineData("permission denied for database rides", "grant create on database rides to ride-ingest")]
    [InlineData("must be owner of table bookings", "alter table SCHEMA.bookings owner to ride-ingest")]
    public void A_missing_right_comes_with_the_statement_that_grants_it(string message, string statement)
    {
        var told = Describe(new PostgresException(message, "ERROR", "ERROR", PostgresErrorCodes.InsufficientPrivilege));

        Assert.Equal(
            $"The role ride-ingest lacks a right: {message} (42501). As the owner or a superuser, run: "
                + statement.Replace("to ride-ingest", "to \"ride-ingest\"", StringComparison.Ordinal),
            told);
    }

    [Fact]
    public void A_login_without_the_right_to_connect_needs_that_right() => Assert.EndsWith(
        "run: grant connect on database rides to \"ride-ingest\"",
        Describe(new PostgresException(
            "permission denied for database \"rides\"", "FATAL", "FATAL", PostgresErrorCodes.InsufficientPrivilege)),
        StringComparison.Ordinal);

    [Fact]
    public void A_missing_right_in_another_language_is_passed_on() => Assert.Equal(
        "The role ride-ingest lacks a right: keine Berechtigung für Tabelle bookings (42501)",
        Describe(new PostgresException(
            "keine Berechtigung für Tabelle bookings", "FEHLER", "ERROR", PostgresErrorCodes.InsufficientPrivilege)));

    [Fact]
    public void A_statement_that_timed_out_means_that_Postgres_does_not_answer() => Assert.StartsWith(
        "Postgres does not answer at db.example:5433 (database rides).",
        Describe(new NpgsqlException("Exception while reading from stream", new TimeoutException("Timeout during reading attempt"))),
        StringComparison.Ordinal);

    [Fact]
    public void A_connection_that_broke_was_lost() => Assert.Equal(
        "The connection to Postgres at db.example:5433 (database rides) was lost",
        Describe(new NpgsqlException("Exception while reading from stream", new EndOfStreamException())));

    private static string Describe(Exception failure)
    {
        using var database = NpgsqlDataSource.Create("Host=db.example;Port=5433;Database=rides;Username=ride-ingest");
        return PostgresFailure.Describe(database, failure);
    }
}
