using NATS.Client.Core;
using RideIngest.Faults.Worlds;

namespace RideIngest.Faults.Checking;

/// <summary>Waits until nothing is on its way any more; what still is after a long time is stuck.</summary>
internal static class StuckCheck
{
    private const string PendingFrames = "rideingest_producer_pending_replies";

    private const string Sessions =
        """
        select concat_ws(', ', state, wait_event_type, wait_event, now() - state_change, left(query, 100)) from pg_stat_activity
        where datname = current_database() and backend_type = 'client backend' and state <> 'idle' and now() - state_change > interval '3 s'
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public static async Task<List<Finding>> WaitAsync(World world, GrowthCheck? growth = null)
    {
        var stuck = new List<string>();
        for (var late = DateTime.UtcNow + Patience; DateTime.UtcNow < late; await Task.Delay(100))
        {
            stuck = await LookAsync(world, growth);
            if (stuck.Count == 0)
                break;
        }
        return [.. stuck.Select(what => new Finding(Break.Stuck, what))];
    }

    private static async Task<List<string>> LookAsync(World world, GrowthCheck? growth)
    {
        var stuck = new List<string>();
        try
        {
            var (state, consumers) = await world.StreamAsync();
            if (state.Messages > 0)
                stuck.Add($"{state.Messages} frames are left in the stream, {state.FirstSeq} to {state.LastSeq}");
            foreach (var consumer in consumers.Where(consumer => consumer.NumAckPending > 0 || state.Messages > 0))
                stuck.Add(
                    $"{consumer.NumAckPending} frames are in hand for {consumer.Name}, of those to {consumer.Delivered.StreamSeq}; all are settled to {consumer.AckFloor.StreamSeq}");
            foreach (var producer in world.Producers)
            {
                if (Holding.Sum(await producer.MetricsAsync(), PendingFrames) is > 0 and var pending)
                    stuck.Add($"{producer.Name} still waits for {pending} replies");
            }
            stuck.AddRange(
                world.Instances.Where(
                    instance => instance is { IsWanted: true, IsRunning: false }).Select(instance => $"{instance.Name} has ended"));
            foreach (var instance in world.Instances.Where(instance => Open(instance) != (instance.IsWanted ? 1 : 0)))
                stuck.Add($"{instance.Name} has {Open(instance)} connections to NATS");
            await using var select = world.Database.CreateCommand(Sessions);
            await using var session = await select.ExecuteReaderAsync();
            while (await session.ReadAsync())
                stuck.Add($"a session in Postgres is {session.GetString(0)}");
            if (growth is not null)
                stuck.AddRange(await growth.LookAsync());
        }
        catch (Exception e) when (e is NatsException or Npgsql.NpgsqlException or HttpRequestException or OperationCanceledException)
        {
            stuck.Add(e.Message);
        }
        return stuck;
    }

    private static int Open(Instance instance) => instance.Nats.Sum(network => network.Open);
}
