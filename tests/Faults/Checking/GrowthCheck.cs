using RideIngest.Faults.Worlds;

namespace RideIngest.Faults.Checking;

/// <summary>
/// What each process holds when nothing is on its way, against what it held before the first run that it lived through: so what each run
/// leaves behind adds up over a campaign. A process that was started anew begins anew.
/// </summary>
internal sealed class GrowthCheck(World world)
{
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(30);

    private readonly Dictionary<(Instance Instance, int Start), Holding> _first = [];

    /// <summary>Before a run, while there is nothing to do.</summary>
    public async Task BeginAsync()
    {
        foreach (var instance in world.Instances.Where(instance => instance.IsRunning && !_first.ContainsKey((instance, instance.Starts))))
            _first[(instance, instance.Starts)] = await ReadAsync(instance);
    }

    /// <summary>What has grown, of those that were there before.</summary>
    public async Task<List<string>> LookAsync()
    {
        var grown = new List<string>();
        foreach (var instance in world.Instances.Where(instance => instance.IsRunning))
        {
            if (_first.TryGetValue((instance, instance.Starts), out var first))
                grown.AddRange(Holding.Read(await instance.MetricsAsync()).GrownSince(first).Select(what => $"{instance.Name} {what}"));
        }
        return grown;
    }

    private static async Task<Holding> ReadAsync(Instance instance)
    {
        for (var late = DateTime.UtcNow + AnswersWithin; ;)
        {
            try
            {
                return Holding.Read(await instance.MetricsAsync());
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException && DateTime.UtcNow < late)
            {
                await Task.Delay(100);
            }
        }
    }
}
