using System.Text.Json;
using Dapper;
using Npgsql;
using RideIngest.Hosting.Endpoints;
using RideIngest.Park.Folds;
using RideIngest.Park.Settings;
using RideIngest.Park.Telemetry;

namespace RideIngest.Park.Commits;

/// <summary>
/// Decides many commands in one commit: locks the rides and customers that they concern, brings their states to the stored versions, and
/// appends the events.
/// </summary>
internal sealed class CommandTable(NpgsqlDataSource database, ParkMemory memory, ParkSettings settings, ParkClock clock)
{
    private const int MostTries = 20;

    // The time of the last commit: what is due by the clock of Postgres may not be due by the estimate yet.
    private DateTimeOffset _last;

    /// <summary>Decides commands in this order, and answers those that are committed.</summary>
    /// <returns>The commit; null if nothing changed.</returns>
    public async Task<CommandWorld?> CommitAsync(IReadOnlyList<PendingCommand> commands, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var answers = new (PendingCommand Command, CommandAnswer? Answer)[commands.Count];
        var known = await AnswersAsync(connection, commands, cancellationToken);
        var world = await WorldAsync(connection, [.. commands.Where(command => !IsKnown(command))], cancellationToken);
        var kept = new Dictionary<string, CommandAnswer>();
        for (var i = 0; i < answers.Length; i++)
        {
            var command = commands[i];
            answers[i] = (command, IsKnown(command) ? known[command.Key!] : Decide(command));
            if (command.Key is { } given && answers[i].Answer is { } answer && known.TryAdd(given, answer))
                kept[given] = answer;
        }
        if (world.Appended.Count > 0)
            await connection.ExecuteAsync(Command(CommitSql.Save, CommitRows.Of(world, settings.SnapshotAfter)));
        if (kept.Count > 0)
        {
            var texts = kept.Values.Select(answer => JsonSerializer.Serialize(answer, ApiJson.Options)).ToArray();
            await connection.ExecuteAsync(Command(CommitSql.Answers, new { keys = kept.Keys.ToArray(), answers = texts }));
        }
        if (world.Appended.Count > 0 || kept.Count > 0)
        {
            foreach (var command in commands)
                command.WasSent = true;
            await transaction.CommitAsync(cancellationToken);
        }
        Remember(world);
        Measure(world);
        foreach (var (command, answer) in answers)
            command.Answer = answer;
        return world.Appended.Count > 0 ? world : null;

        bool IsKnown(PendingCommand command) => command.Key is { } key && known.ContainsKey(key);

        CommandAnswer? Decide(PendingCommand command)
        {
            var before = world.Appended.Count;
            if (command.Command.Decide(world) is { } answer)
                return answer;
            if (world.Appended.Count == before && ++command.Tries >= MostTries)
                throw new InvalidOperationException($"{command.Command} cannot be decided");
            return null;
        }

        CommandDefinition Command(string sql, object parameters) => new(sql, parameters, cancellationToken: cancellationToken);
    }

    private static async Task<Dictionary<string, CommandAnswer>> AnswersAsync(
        NpgsqlConnection connection, IReadOnlyList<PendingCommand> commands, CancellationToken cancellationToken)
    {
        string[] keys = [.. commands.Select(command => command.Key).OfType<string>().Distinct()];
        if (keys.Length == 0)
            return [];
        var rows = await connection.QueryAsync<(string Key, string? Answer)>(
            new(CommitSql.Keys, new { keys }, cancellationToken: cancellationToken));
        return rows.Where(row => row.Answer is not null)
            .ToDictionary(row => row.Key, row => JsonSerializer.Deserialize<CommandAnswer>(row.Answer!, ApiJson.Options)!);
    }

    private async Task<CommandWorld> WorldAsync(
        NpgsqlConnection connection, IReadOnlyList<PendingCommand> commands, CancellationToken cancellationToken)
    {
        var estimate = clock.Now;
        var due = estimate > _last ? estimate : _last;
        var concerned = commands.Select(command => command.Command.Concerns(memory, due)).ToList();
        var rides = concerned.SelectMany(one => one.Rides).ToHashSet();
        var customers = concerned.SelectMany(one => one.Customers).ToHashSet();
        using var locked = await connection.QueryMultipleAsync(new(
            CommitSql.Lock, new { rides = rides.ToArray(), customers = customers.ToArray() }, cancellationToken: cancellationToken));
        var rideVersions = (await locked.ReadAsync<(long Id, int Version)>()).ToDictionary(row => row.Id, row => row.Version);
        var customerVersions = (await locked.ReadAsync<(long Id, int Version)>()).ToDictionary(row => row.Id, row => row.Version);

        // Read after the locks, so that commits have the order of their times.
        var now = _last = new DateTimeOffset(await locked.ReadSingleAsync<DateTime>());
        memory.ForgetAfter(rideVersions, customerVersions);
        var lockedRides = await StateReader.RidesAsync(connection, memory, rideVersions, cancellationToken);
        var lockedCustomers = await StateReader.CustomersAsync(connection, memory, customerVersions, cancellationToken);
        var world = new CommandWorld(now, rides, customers);
        foreach (var (id, ride) in lockedRides)
            world.Add(id, ride);
        foreach (var (id, customer) in lockedCustomers)
            world.Add(id, customer);
        if (concerned.Sum(one => one.NewIds) is > 0 and var count)
        {
            world.Add(await connection.QueryAsync<long>(
                new(CommitSql.NewIds, new { count }, cancellationToken: cancellationToken)));
        }
        return world;
    }

    private void Measure(CommandWorld world)
    {
        foreach (var departure in world.Appended.Where(happened => happened.Event is RideDeparted))
        {
            if (world.Ride(departure.SourceId).Boarding == BoardingMode.Clock)
                ParkTelemetry.Departed(clock.Now - departure.At);
        }
    }

    private void Remember(CommandWorld world)
    {
        foreach (var (id, ride) in world.Rides)
            memory.Keep(id, ride);
        foreach (var (id, customer) in world.Customers)
            memory.Keep(id, customer);
    }
}
