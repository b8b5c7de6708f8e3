using Dapper;
using Npgsql;
using RideIngest.CheckIn.Deliveries;
using RideIngest.CheckIn.Settings;
using RideIngest.Contracts.Frames;
using RideIngest.Storage.DeadLetters;
using RideIngest.Storage.Outbox;
using RideIngest.Storage.Postgres;

namespace RideIngest.CheckIn.Recovery;

/// <summary>
/// Replays dead letters of a destination that has recovered, at a low rate and at most once a letter: those whose calls failed without an
/// effect. Letters that were refused or are in doubt are left to operators.
/// </summary>
internal sealed partial class LetterRecovery(
    NpgsqlDataSource database, [FromKeyedServices("checkin")] OutboxTable outbox, DeadLetterStore letters, DeadLetterActions actions,
    Migrations migrations, CheckInSettings settings, TimeProvider clock, ILogger<LetterRecovery> logger)
    : RelayTask(Period, migrations, settings, clock)
{
    private const string By = "automatic";
    private const string Turn = "select pg_try_advisory_xact_lock(hashtextextended('checkin recovery', 0))";

    private const string Next =
        """
        select letter.id from ops.dead_letters as letter
        join checkin.destinations as destination on destination.name = letter.stage
        where letter.system = 'checkin' and letter.state = 'open' and letter.class = 'partner' and letter.code = @code
          and destination.open_until is null and destination.changed_at < @since and letter.last_at < @since
          and not exists (select from ops.dead_letter_actions as action where action.letter = letter.id and who = @By)
        order by letter.id limit @limit
        """;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await connection.ExecuteScalarAsync<bool>(Turn))
            return;
        var since = Clock.GetUtcNow() - Settings.RecoverAfter;
        var due = await connection.QueryAsync<long>(
            Next, new { code = DeliveryCodes.Failed, since, By, limit = Settings.RecoverRate });
        foreach (var id in due)
        {
            if (await letters.FindAsync(id) is not { } kept)
                continue;
            var again = new OutboxEvent
            {
                Subject = kept.Letter.Subject,
                Key = kept.Letter.Key ?? "",
                Id = $"{FrameHeaders.ReplayId}{Guid.CreateVersion7():N}",
                Payload = kept.Letter.Payload,
                Headers = StoredCheckOut.Headers(await TraceAsync(connection, kept.Letter.Key)),
            };
            if (await actions.ReplayAsync(id, By, outbox, [again], note: "its destination works again") == DeadLetterAnswer.Done)
                Replays(id, kept.Letter.Key, kept.Letter.Stage);
        }
    }

    private static async Task<string?> TraceAsync(NpgsqlConnection connection, string? key) => Guid.TryParse(key, out var id)
        ? await connection.ExecuteScalarAsync<string?>("select trace from checkin.events where id = @id", new { id })
        : null;

    [LoggerMessage(6841, LogLevel.Information, "Dead letter {Letter} of {Key} is sent again, because {Destination} works again")]
    private partial void Replays(long letter, string? key, string destination);

    [LoggerMessage(6842, LogLevel.Warning, "Dead letters of check-ins cannot be replayed: {Reason}. Retrying{Repeated}")]
    private partial void NotReplayed(string reason, string repeated);

    protected override void Failed(string reason, string repeated) => NotReplayed(reason, repeated);
}
