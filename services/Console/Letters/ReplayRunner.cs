using RideIngest.Storage.DeadLetters;
using RideIngest.Storage.Outbox;
using RideIngest.Storage.Postgres;

namespace RideIngest.Console.Letters;

/// <summary>
/// Takes the steps of all running replays. Each console does; they share the turns in Postgres, and another one goes on when one is killed.
/// While NATS is away no letter is closed, so that the outbox stays short.
/// </summary>
internal sealed partial class ReplayRunner(
    DeadLetterReplays replays, [FromKeyedServices(LetterChanges.Outbox)] OutboxTable outbox, LetterPublisher publisher,
    Migrations migrations, ILogger<ReplayRunner> logger) : BackgroundService
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _created = new(0);
    private bool _fails;

    /// <summary>Creates a replay of the letters that are open and selected now, and begins it at once.</summary>
    public async Task<(long Id, long Total)> CreateAsync(LetterSelection letters, int rate, Operator by)
    {
        var created = await replays.CreateAsync(letters.Filter, letters.Written, rate, by.Name);
        _created.Release();
        return created;
    }

    public override void Dispose()
    {
        base.Dispose();
        _created.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migrations.Applied.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = await StepAsync(stoppingToken);
            if (pause > TimeSpan.Zero)
                await _created.WaitAsync(pause < Idle ? pause : Idle, stoppingToken);
        }
    }

    private async Task<TimeSpan> StepAsync(CancellationToken stopping)
    {
        try
        {
            if (!publisher.IsReady)
                return Idle;
            var subjects = new Dictionary<string, bool>(StringComparer.Ordinal);
            var next = await replays.StepAsync(outbox, letter => MessagesAsync(letter, subjects), stopping);
            Works();
            return next ?? Idle;
        }
        catch (Exception e) when (e is StoreUnavailableException or PublisherAwayException)
        {
            Fails(e.Message);
            return Idle;
        }
    }

    /// <exception cref="PublisherAwayException">NATS does not say whether a stream has the subject.</exception>
    private async Task<IReadOnlyList<OutboxEvent>?> MessagesAsync(KeptDeadLetter kept, Dictionary<string, bool> subjects)
    {
        var subject = kept.Letter.Subject;
        if (!subjects.TryGetValue(subject, out var hasStream))
            subjects[subject] = hasStream = await publisher.HasStreamAsync(subject) ?? throw new PublisherAwayException();
        var messages = publisher.Messages(kept);
        return hasStream && publisher.TooLong(messages) is null ? messages : null;
    }

    private void Fails(string reason)
    {
        if (!_fails)
            NotContinued(reason);
        _fails = true;
    }

    private void Works()
    {
        if (_fails)
            Continued();
        _fails = false;
    }

    [LoggerMessage(9001, LogLevel.Warning, "Replays of dead letters cannot be continued: {Reason}. Retrying every second until it works")]
    private partial void NotContinued(string reason);

    [LoggerMessage(9002, LogLevel.Information, "Replays of dead letters are continued")]
    private partial void Continued();
}

/// <summary>NATS is away, so nothing is known about its streams.</summary>
internal sealed class PublisherAwayException() : Exception("NATS does not answer");
