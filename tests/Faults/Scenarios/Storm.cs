namespace RideIngest.Faults.Scenarios;

/// <summary>Faults at random, and several at once where they do not share what they break.</summary>
internal static class Storm
{
    public const string Name = "storm";

    /// <summary>Between two reckonings.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    public static Scenario For(TimeSpan duration) =>
        new(Name, "faults at random, several at once", Target.Everything, run => BlowAsync(run, duration));

    private static async Task BlowAsync(Run run, TimeSpan duration)
    {
        var faults = Book.All.Where(scenario => scenario is { InStorm: true, LosesAccepted: false }).ToList();
        for (var until = DateTime.UtcNow + duration; DateTime.UtcNow < until;)
        {
            var taken = default(Target);
            var together = new List<Task>();
            foreach (var fault in Enumerable.Range(0, 3).Select(_ => faults[run.Random.Next(faults.Count)]))
            {
                if ((taken & fault.Target) != default)
                    continue;
                taken |= fault.Target;
                together.Add(ActAsync(fault, run.Apart()));
            }
            await Task.WhenAll(together);
            await run.WaitAsync(0, 2);
        }
    }

    private static async Task ActAsync(Scenario fault, Run run)
    {
        try
        {
            await fault.Act(run);
        }
        catch (TimeoutException)
        {
            // What it waited for on the wire does not come while another fault lasts.
        }
    }
}
