using RideIngest.Pages.Kit;

namespace RideIngest.Console.Overview;

/// <summary>A system: what its processes do per second together, and what waits.</summary>
/// <param name="Taken">Null if no process has announced it twice.</param>
/// <param name="P50Ms">The largest of its processes; null if nothing was measured.</param>
/// <param name="Waiting">Frames in its streams; null if NATS does not answer.</param>
/// <param name="Letters">Open dead letters; null if Postgres does not answer.</param>
public sealed record SystemLine(
    string Name, double? Taken, double? Done, double? Failed, double? P50Ms, double? P99Ms, long? Waiting, TimeSpan Oldest, long? Letters)
{
    private static readonly TimeSpan LongWait = TimeSpan.FromMinutes(1);

    /// <summary>The page with its open letters.</summary>
    public string LettersPage => $"/letters?system={Uri.EscapeDataString(Name)}";

    public IEnumerable<Trouble> Troubles
    {
        get
        {
            if (Oldest > LongWait)
                yield return new(Name, $"The oldest frame has waited for {Figure.Time(Oldest)}.");
            if (Letters is > 0 and var letters)
            {
                var open = letters == 1 ? "1 dead letter is open." : $"{Figure.Whole(letters)} dead letters are open.";
                yield return new(Name, open, LettersPage);
            }
        }
    }

    /// <summary>Returns the systems that a process has announced, or that have a stream or open letters.</summary>
    internal static IReadOnlyList<SystemLine> All(
        IReadOnlyList<HeardProcess> processes, IReadOnlyList<StreamLine>? streams, IReadOnlyDictionary<string, long>? letters)
    {
        var rates = processes.Where(process => !process.IsSilent).SelectMany(process => process.Rates).ToLookup(rate => rate.System);
        var names = processes.SelectMany(process => process.News.Systems ?? []).Select(system => system.Name)
            .Concat((streams ?? []).Select(stream => stream.System)).Concat(letters?.Keys ?? []);
        return [.. names.Where(name => name.Length > 0).Distinct().Order(StringComparer.Ordinal).Select(Of)];

        SystemLine Of(string name)
        {
            var own = streams?.Where(stream => stream.System == name).ToList();
            return new(
                name, Sum(rate => rate.Taken), Sum(rate => rate.Done), Sum(rate => rate.Failed),
                rates[name].Max(rate => rate.P50Ms), rates[name].Max(rate => rate.P99Ms),
                own?.Sum(stream => stream.Messages), own is { Count: > 0 } ? own.Max(stream => stream.Oldest) : TimeSpan.Zero,
                letters?.GetValueOrDefault(name));

            double? Sum(Func<SystemRates, double> figure) => rates[name].Any() ? rates[name].Sum(figure) : null;
        }
    }
}
