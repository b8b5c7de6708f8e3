using System.Text.RegularExpressions;
using Npgsql;

namespace RideIngest.Storage.Postgres;

/// <summary>What this process does with a table: <c>rides.bookings</c>, <c>select, insert</c>.</summary>
internal sealed record TableRights(string Table, string Rights);

/// <summary>Says which role lacks which right, and the statement that grants it.</summary>
internal static partial class PostgresRights
{
    /// <param name="role">The role that this process signs in as.</param>
    /// <param name="needed">The rights on the table in use. Postgres names only the table, without its schema.</param>
    public static string Describe(string? role, PostgresException denied, TableRights? needed = null)
    {
        var lacks = $"The role {role} lacks a right: {denied.MessageText} ({denied.SqlState})";
        return Grant(denied, needed) is { } grant ? $"{lacks}. {Run(grant, role)}" : lacks;
    }

    /// <summary>Says that the role may not create tables in a schema that exists.</summary>
    public static string Describe(string? role, string schema) =>
        $"The role {role} lacks rights on the schema {schema}. {Run(OnSchema(schema), role)}";

    private static string Run(string grant, string? role) => $"As the owner or a superuser, run: {grant} to {Quoted(role ?? "")}";

    private static string OnSchema(string schema) => $"grant usage, create on schema {Quoted(schema)}";

    private static string? Grant(PostgresException denied, TableRights? needed)
    {
        var message = Message().Match(denied.MessageText);
        if (!message.Success)
            return null;
        var name = message.Groups["name"].Value;
        switch (message.Groups["kind"].Value)
        {
            case "table" or "view" when message.Groups["owner"].Success:
                return $"alter table {Table(name, needed)} owner";
            case "table" or "view":
                return $"grant {(IsOf(needed, name) ? needed!.Rights : "select, insert, update, delete")} on {Table(name, needed)}";
            case "sequence":
                return $"grant usage on sequence {Quoted(name)}";
            case "schema":
                return OnSchema(name);
            case "database":
                // Without the right to connect, Postgres refuses the login.
                return $"grant {(denied.InvariantSeverity == "FATAL" ? "connect" : "create")} on database {Quoted(name)}";
            default:
                return null;
        }
    }

    private static string Table(string name, TableRights? needed) => IsOf(needed, name) ? needed!.Table : $"SCHEMA.{Quoted(name)}";

    private static bool IsOf(TableRights? needed, string name) => needed?.Table.EndsWith($".{name}", StringComparison.Ordinal) == true;

    private static string Quoted(string name) => Plain().IsMatch(name) ? name : new NpgsqlCommandBuilder().QuoteIdentifier(name);

    // Postgres' messages of SQLSTATE 42501, if they are in English.
    [GeneratedRegex(
        """^(permission denied for|(?<owner>must be owner of)) (?<kind>table|view|sequence|schema|database) "?(?<name>.+?)"?$""",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Message();

    [GeneratedRegex("^[a-z_][a-z0-9_]*$")]
    private static partial Regex Plain();
}
