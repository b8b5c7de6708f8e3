using Dapper;
using Npgsql;

namespace RideIngest.Storage.Postgres;

/// <summary>Applies SQL files to a database. Any number of processes may run at once; a lock lets them take turns.</summary>
internal static class Migrator
{
    private const long LockKey = 0x5249_4445_494E_4753;

    // Postgres is shutting down or an operator ended the session: the file is not at fault, and a retry may work.
    private const string OperatorIntervenes = "57P";

    private const string Ledger =
        """
        create schema if not exists ops;
        create table if not exists ops.migrations (
            set_name   text        not null,
            number     int         not null,
            name       text        not null,
            checksum   text        not null,
            applied_at timestamptz not null default now(),
            primary key (set_name, number)
        );
        """;

    /// <returns>The files applied now, as <c>set/file</c>.</returns>
    /// <exception cref="MigrationException">A file was changed, removed or added late, or fails.</exception>
    public static async Task<IReadOnlyList<string>> ApplyAsync(
        NpgsqlDataSource database, IEnumerable<MigrationSet> sets, CancellationToken cancellationToken)
    {
        var applied = new List<string>();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);

        // A session lock, so that it is released with the connection if the process crashes.
        await connection.ExecuteAsync(
            new CommandDefinition(
                "select pg_advisory_lock(@LockKey)", new { LockKey }, commandTimeout: 0, cancellationToken: cancellationToken));
        try
        {
            await connection.ExecuteAsync(new CommandDefinition(Ledger, cancellationToken: cancellationToken));
            foreach (var set in sets)
            {
                var rows = await connection.QueryAsync<AppliedMigration>(new CommandDefinition(
                    "select number, name, checksum from ops.migrations where set_name = @Name order by number", new { set.Name },
                    cancellationToken: cancellationToken));
                foreach (var file in Outstanding(set, [.. rows]))
                {
                    await ApplyAsync(connection, set, file, cancellationToken);
                    applied.Add($"{set.Name}/{file.File}");
                }
            }
        }
        finally
        {
            // The pool would reuse the session with the lock. A broken connection has already lost it.
            if (connection.State == System.Data.ConnectionState.Open)
                await connection.ExecuteAsync("select pg_advisory_unlock(@LockKey)", new { LockKey });
        }

        return applied;
    }

    private static IEnumerable<Migration> Outstanding(MigrationSet set, List<AppliedMigration> rows)
    {
        foreach (var row in rows)
        {
            // A newer build has applied more files than we have. Both run side by side during a roll-out.
            if (row.Number > set.Files.Count)
                continue;
            var file = set.Files[row.Number - 1];
            if (file.Checksum != row.Checksum)
                throw new MigrationException(
                    $"{set.Name}/{file.File} is not what was applied to this database as {row.Name}: it has checksum "
                        + $"{file.Checksum[..12]}, and {row.Checksum[..12]} was applied. "
                    + "Put the file back as it was, and write the change as the next numbered file.");
        }

        var last = rows.Count == 0 ? 0 : rows[^1].Number;
        var known = rows.Select(r => r.Number).ToHashSet();
        foreach (var file in set.Files)
        {
            if (known.Contains(file.Number))
                continue;
            if (file.Number < last)
                throw new MigrationException(
                    $"{set.Name}/{file.File} was never applied to this database, but {last:000} was, which comes after it. "
                    + "Its row was removed from ops.migrations; put the row back, or restore the database.");
            yield return file;
        }
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, MigrationSet set, Migration file, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            var schema = new NpgsqlCommandBuilder().QuoteIdentifier(set.Schema);
            await using (var command = new NpgsqlCommand(
                $"create schema if not exists {schema}; set local search_path to {schema}, public", connection, transaction))
                await command.ExecuteNonQueryAsync(cancellationToken);

            // Otherwise Postgres would skip the schema in the search path, and refuse a right on public.
            if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
                "select has_schema_privilege(@Schema, 'usage') and has_schema_privilege(@Schema, 'create')", new { set.Schema },
                transaction, cancellationToken: cancellationToken)))
                throw new MigrationException(
                    $"{set.Name}/{file.File} does not run: {PostgresRights.Describe(connection.UserName, set.Schema)}.");
            await using (var command = new NpgsqlCommand(file.Sql, connection, transaction) { CommandTimeout = 0 })
                await command.ExecuteNonQueryAsync(cancellationToken);
            await connection.ExecuteAsync(new CommandDefinition(
                "insert into ops.migrations (set_name, number, name, checksum) values (@Name, @Number, @File, @Checksum)",
                new { set.Name, file.Number, file.File, file.Checksum }, transaction, cancellationToken: cancellationToken));
            await transaction.CommitAsync(cancellationToken);
        }
        catch (PostgresException e) when (!e.IsTransient && !e.SqlState.StartsWith(OperatorIntervenes, StringComparison.Ordinal))
        {
            var reason = e.SqlState == PostgresErrorCodes.InsufficientPrivilege
                ? PostgresRights.Describe(connection.UserName, e)
                : $"{e.MessageText} ({e.SqlState})";
            throw new MigrationException($"{set.Name}/{file.File} does not run: {reason}. It was rolled back.", e);
        }
    }

    private sealed record AppliedMigration(int Number, string Name, string Checksum);
}
