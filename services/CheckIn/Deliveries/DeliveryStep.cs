using System.Diagnostics;
using Polly;
using RideIngest.CheckIn.Events;
using RideIngest.CheckIn.Settings;
using RideIngest.CheckIn.Telemetry;
using RideIngest.Hosting.Retries;
using RideIngest.Hosting.Telemetry;
using RideIngest.Storage.DeadLetters;
using RideIngest.Storage.Postgres;
using RideIngest.Streams.Stages;

namespace RideIngest.CheckIn.Deliveries;

/// <summary>
/// Delivers check-outs to a destination. Each has exactly one effect there, or becomes a dead letter: where a repeated call may have a
/// second effect, a delivery is marked before its call, and one whose answer was lost is not called again.
/// </summary>
internal sealed partial class DeliveryStep<TDestination>(
    TDestination destination, DueTable table, CheckInSettings settings, TimeProvider clock, ILogger<DeliveryStep<TDestination>> logger)
    : Step<CheckOut>
    where TDestination : Destination
{
    // After that without a call, nobody knows whether it still fails.
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(1);

    // The rest of a batch waits in the stream, so that a process that is stopped ends soon.
    private static readonly TimeSpan LongBatch = TimeSpan.FromSeconds(10);

    private const int LongestAnswer = 300;
    private const string Elsewhere = "another process may send it";

    private static readonly TimeSpan UntilKnown = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private readonly ResiliencePipeline _persistently = Persistently.Retry(
        TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2), StoreUnavailableException.Covers);

    private readonly RecentTrouble _trouble = new(clock, Recent);

    /// <summary>Why deliveries wait, for operators; null if they do not, as far as is known.</summary>
    public string? Trouble => _trouble.Reason is { } reason ? $"{destination.Name} fails: {reason}. Check-outs for it wait." : null;

    public static StageDefinition Limit(StageDefinition stage, IServiceProvider provider) => stage with
    {
        BatchEvents = 500,
        LongestPause = LongestPause,

        // Longer than the last call of a batch takes.
        StepTimeout = TimeSpan.FromMinutes(5),
    };

    public override async Task<StepResult[]> RunAsync(Batch<CheckOut> batch, CancellationToken cancellationToken)
    {
        var results = StepResult.Each(batch.Events.Count);
        if (results.Length == 0)
            return results;
        var due = await FindAsync(batch, results, cancellationToken);
        var since = clock.GetTimestamp();
        while (due.Count > 0)
        {
            if (clock.GetElapsedTime(since) > LongBatch)
            {
                Wait(due, results, StepResult.Retry($"{destination.Name} is slow", FirstPause));
                break;
            }
            var next = due.Take(destination.AtOnce).ToList();
            var turns = await table.TakeAsync(
                destination, next.ConvertAll(one => one.Row.EventId), settings.Pause, cancellationToken);
            if (turns.Count == 0)
            {
                Wait(due, results, StepResult.Retry($"{destination.Name} takes no calls now", Jitter(turns.Wait)));
                break;
            }
            var called = next.GetRange(turns.First, turns.Count);
            due.RemoveRange(turns.First, turns.Count);
            await CallAsync(batch, called, turns, results, cancellationToken);
        }
        return results;
    }

    private static void Wait(List<DueDelivery> due, StepResult[] results, StepResult retry)
    {
        foreach (var one in due)
            results[one.Place] = retry;
    }

    /// <summary>Returns the deliveries to make, and settles those that need no call.</summary>
    private async Task<List<DueDelivery>> FindAsync(Batch<CheckOut> batch, StepResult[] results, CancellationToken cancellationToken)
    {
        var rows = await table.FindAsync(destination.Name, [.. batch.Events.Select(item => Guid.Parse(item.Id))], cancellationToken);
        var (due, again, lost) = (new List<DueDelivery>(), new List<(Guid, string)>(), new List<DueDelivery>());
        for (var place = 0; place < results.Length; place++)
        {
            // Without a row, it is delivered.
            if (!rows.Remove(Guid.Parse(batch.Events[place].Id), out var row))
                continue;
            if (batch.ReplayOf(place) is { } replay && replay != row.Replay && row.State != DueRow.Sending)
            {
                again.Add((row.EventId, replay));
                due.Add(new(place, new() { EventId = row.EventId, State = DueRow.Waiting, Replay = replay }));
                continue;
            }
            switch (row.State)
            {
                case DueRow.Dead:
                    results[place] = DeadLetter(row);
                    break;
                case DueRow.Sending when row.IsHeld:
                    results[place] = StepResult.Retry(Elsewhere, UntilKnown);
                    break;
                case DueRow.Sending when !destination.HonoursKeys:
                    lost.Add(new(place, row));
                    break;
                default:
                    due.Add(new(place, row));
                    break;
            }
        }
        if (again.Count > 0)
            await table.BeginAgainAsync(destination.Name, again, cancellationToken);
        if (lost.Count > 0)
            await LoseAsync(lost, results, cancellationToken);
        return due;
    }

    private async Task LoseAsync(List<DueDelivery> lost, StepResult[] results, CancellationToken cancellationToken)
    {
        const string Answer = "the process that sent it ended before it knew the answer";
        var ids = lost.ConvertAll(one => one.Row.EventId).ToArray();
        var dead = await table.LoseAsync(destination.Name, ids, DeliveryCodes.InDoubt, Answer, cancellationToken);
        foreach (var one in lost)
        {
            (one.Row.Code, one.Row.Answer) = (DeliveryCodes.InDoubt, Answer);
            results[one.Place] = dead.Contains(one.Row.EventId) ? DeadLetter(one.Row) : StepResult.Retry(Elsewhere, FirstPause);
        }
    }

    private async Task CallAsync(
        Batch<CheckOut> batch, List<DueDelivery> called, Turns turns, StepResult[] results, CancellationToken cancellationToken)
    {
        var since = clock.GetTimestamp();
        if (!destination.HonoursKeys)
        {
            var claimed = await table.ClaimAsync(destination, [.. called.Select(one => one.Row.EventId)], cancellationToken);
            Wait(called.FindAll(one => !claimed.Contains(one.Row.EventId)), results, StepResult.Retry(Elsewhere, UntilKnown));
            called = called.FindAll(one => claimed.Contains(one.Row.EventId));
        }
        var deliveries = await Task.WhenAll(called.Select((one, index) => SendAsync(
            batch.Events[one.Place], batch.Origin(one.Place).Trace, since, turns.Wait + (index * turns.Spacing), cancellationToken)));
        var rest = new List<DueRow>();
        foreach (var (one, delivery) in called.Zip(deliveries))
        {
            if (delivery.End == DeliveryEnd.Done)
                continue;
            results[one.Place] = ResultOf(one.Row, delivery, turns.CostsAttempt);
            rest.Add(one.Row);
        }

        // Neither cancelled nor given up: what was called must be known.
        var (before, after) = await _persistently.ExecuteAsync(async _ => await table.SettleAsync(
            destination, [.. called.Zip(deliveries, (one, delivery) => (one.Row.EventId, delivery))], rest, settings.Pause,
            CancellationToken.None), CancellationToken.None);
        if (after.IsOpen)
            _trouble.Failed(after.Reason ?? "");
        else
            _trouble.Works();
        if (!before.IsOpen && after.IsOpen)
            Opened(destination.Name, after.Reason);
        else if (before.IsOpen && !after.IsOpen)
            Closed(destination.Name);
    }

    /// <param name="since">When the calls were claimed.</param>
    private async Task<Delivery> SendAsync(
        CheckOut item, ActivityContext trace, long since, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // After a pause of this process, another one may have taken it over.
        if (cancellationToken.IsCancellationRequested || clock.GetElapsedTime(since) > Destination.Slack)
            return new(DeliveryEnd.NotBegun, "the process ends, or was too slow");
        using var span = trace == default ? null : RideIngestTelemetry.Source.StartActivity(
            $"deliver to {destination.Name}", ActivityKind.Client, trace);
        var begun = clock.GetTimestamp();
        var delivery = await CallAsync(item, cancellationToken);
        var end = CheckInTelemetry.Word(delivery.End);
        CheckInTelemetry.Called(destination.Name, end, clock.GetElapsedTime(begun));
        span?.SetTag("rideingest.end", end);
        if (delivery.End == DeliveryEnd.Done)
            Delivered(item.Id, item.EmployeeId, destination.Name);
        else
            NotDelivered(item.Id, item.EmployeeId, destination.Name, end, delivery.Answer);
        return delivery;
    }

    private async Task<Delivery> CallAsync(CheckOut item, CancellationToken cancellationToken)
    {
        try
        {
            var delivery = await destination.SendAsync(item, cancellationToken);
            return delivery with { Answer = Clean(delivery.Answer) };
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new(DeliveryEnd.InDoubt, "the process ended before the answer");
        }
        catch (Exception e)
        {
            Unexpected(e, item.Id, item.EmployeeId, destination.Name);
            return new(DeliveryEnd.InDoubt, Clean($"an unexpected exception: {e.Message}"));
        }
    }

    // Postgres takes no zero characters, and no half of a pair.
    private static string Clean(string answer)
    {
        var text = answer.Replace('\0', ' ');
        if (text.Length <= LongestAnswer)
            return text;
        return text[..(char.IsHighSurrogate(text[LongestAnswer - 1]) ? LongestAnswer - 1 : LongestAnswer)];
    }

    private StepResult ResultOf(DueRow row, Delivery delivery, bool costsAttempt)
    {
        row.Answer = delivery.Answer;
        row.State = DueRow.Retrying;
        switch (delivery.End)
        {
            case DeliveryEnd.NotBegun:
                return StepResult.Retry(delivery.Answer, FirstPause);
            case DeliveryEnd.Refused:
                return Die(row, DeliveryCodes.Refused);
            case DeliveryEnd.InDoubt when !destination.HonoursKeys:
                return Die(row, DeliveryCodes.InDoubt);
            case DeliveryEnd.Limited:
                return StepResult.Retry(delivery.Answer, Jitter(delivery.After > TimeSpan.Zero ? delivery.After : FirstPause));
        }

        if (!costsAttempt)
            return StepResult.Retry(delivery.Answer, Jitter(settings.Pause));
        row.Attempts++;
        if (row.Attempts >= settings.Attempts)
            return Die(row, DeliveryCodes.Failed);
        var pause = FirstPause * Math.Pow(2, row.Attempts - 1);
        return StepResult.Retry(delivery.Answer, Jitter(pause < LongestPause ? pause : LongestPause));
    }

    private static StepResult Die(DueRow row, string code)
    {
        (row.State, row.Code) = (DueRow.Dead, code);
        return DeadLetter(row);
    }

    private static StepResult DeadLetter(DueRow row) =>
        StepResult.DeadLetter(row.Code!, row.Answer ?? "", DeadLetterClass.Partner);

    // Up to a quarter longer, so that retries of many events spread.
    private static TimeSpan Jitter(TimeSpan pause) => pause * (1 + (Random.Shared.NextDouble() / 4));

    [LoggerMessage(6813, LogLevel.Debug, "{Event} of {Employee} is delivered to {Destination}")]
    private partial void Delivered(string @event, string employee, string destination);

    [LoggerMessage(6814, LogLevel.Information, "{Event} of {Employee} is not delivered to {Destination}: {End}, {Answer}")]
    private partial void NotDelivered(string @event, string employee, string destination, string end, string answer);

    [LoggerMessage(6815, LogLevel.Error, "The call for {Event} of {Employee} to {Destination} failed with an unexpected exception")]
    private partial void Unexpected(Exception exception, string @event, string employee, string destination);

    [LoggerMessage(6811, LogLevel.Warning, "{Destination} fails: {Reason}. Check-outs for it wait, and one is tried at each interval")]
    private partial void Opened(string destination, string? reason);

    [LoggerMessage(6812, LogLevel.Information, "{Destination} works again. Check-outs that wait for it are delivered")]
    private partial void Closed(string destination);

    /// <param name="Place">Of its event in the batch.</param>
    private sealed record DueDelivery(int Place, DueRow Row);
}

/// <summary>The codes of dead letters.</summary>
internal static class DeliveryCodes
{
    /// <summary>All attempts failed, without an effect.</summary>
    public const string Failed = "failed";

    /// <summary>The third party refuses it.</summary>
    public const string Refused = "refused";

    /// <summary>The answer was lost, and a repeated call may have a second effect.</summary>
    public const string InDoubt = "in_doubt";
}
