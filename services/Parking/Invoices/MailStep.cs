using RideIngest.Mail.Sending;
using RideIngest.Storage.DeadLetters;
using RideIngest.Streams.Stages;

namespace RideIngest.Parking.Invoices;

/// <summary>
/// The stage mail: sends invoices and credit notes to owners. What was sent is committed after the batch; what a crash keeps from that is
/// sent again under the same Message-ID.
/// </summary>
internal sealed class MailStep(
    InvoiceMails mails, [FromKeyedServices("parking")] MailSender sender, Tariff tariff, TimeProvider clock) : Step<InvoiceMail>
{
    // The rest of a batch waits in the stream, so that what was sent is committed soon.
    private static readonly TimeSpan LongBatch = TimeSpan.FromSeconds(20);

    public static StageDefinition Limit(StageDefinition stage, IServiceProvider provider) => stage with
    {
        BatchEvents = 100,
        LongestPause = TimeSpan.FromSeconds(10),

        // Slow servers take up to a minute for a mail, and another batch may be in its turn.
        StepTimeout = TimeSpan.FromMinutes(5),
    };

    public override async Task<StepResult[]> RunAsync(Batch<InvoiceMail> batch, CancellationToken cancellationToken)
    {
        var results = StepResult.Each(batch.Events.Count);
        if (results.Length == 0)
            return results;
        var due = await mails.DueAsync([.. batch.Events.Select(mail => mail.Id)], cancellationToken);
        var (sent, refused, unowned) = (new List<DueMail>(), new List<DueMail>(), new List<DueMail>());
        var since = clock.GetTimestamp();
        string? wait = null;
        for (var place = 0; place < results.Length; place++)
        {
            if (!due.Remove(batch.Events[place].Id, out var mail))
                continue;
            if (mail.Email is null)
            {
                unowned.Add(mail);
                continue;
            }
            if (clock.GetElapsedTime(since) > LongBatch)
                wait ??= "the mail server is slow";
            var (end, reason) = wait is null ? await SendAsync(mail, cancellationToken) : (MailEnd.Later, wait);
            switch (end)
            {
                case MailEnd.Sent:
                    sent.Add(mail);
                    break;
                case MailEnd.Refused:
                    refused.Add(mail);
                    results[place] = StepResult.DeadLetter(
                        "refused", $"The mail server refuses the mail to {mail.Email}: {reason}", DeadLetterClass.Partner);
                    break;
                case MailEnd.Away or MailEnd.InDoubt:

                    // A second copy has the same Message-ID, and is harmless.
                    wait = $"the mail server takes no mail: {reason}";
                    results[place] = StepResult.Retry(wait);
                    break;
                default:
                    results[place] = StepResult.Retry(reason);
                    break;
            }
        }
        var owned = await mails.SettleAsync(sent, refused, unowned, cancellationToken);
        for (var place = 0; place < results.Length && owned.Count > 0; place++)
        {
            if (owned.Contains(batch.Events[place].Id))
                results[place] = StepResult.Retry("its owner became known");
        }
        return results;
    }

    private async Task<(MailEnd End, string Reason)> SendAsync(DueMail mail, CancellationToken cancellationToken)
    {
        using var message = MailText.Of(mail, sender.From, tariff);
        return await sender.SendAsync(message, cancellationToken);
    }
}
