using NATS.Client.Core;
using RideIngest.Contracts.Finding;

namespace RideIngest.Console.Find;

/// <summary>Asks all systems what they have under a text.</summary>
internal sealed class SystemQuestions(INatsConnection nats)
{
    private static readonly TimeSpan AtMost = TimeSpan.FromSeconds(3);

    // How many systems there are is not known, so an answer ends the wait soon.
    private static readonly TimeSpan AfterAnAnswer = TimeSpan.FromMilliseconds(300);

    /// <returns>Null if NATS does not answer.</returns>
    public async Task<IReadOnlyList<Found>?> AskAsync(string text, CancellationToken cancellationToken)
    {
        if (nats.ConnectionState != NatsConnectionState.Open)
            return null;
        var found = new List<Found>();
        try
        {
            var answers = nats.RequestManyAsync<string, byte[]>(
                Found.Subject, text,
                replyOpts: new NatsSubOpts { Timeout = AtMost, StartUpTimeout = AtMost, IdleTimeout = AfterAnAnswer },
                cancellationToken: cancellationToken);
            await foreach (var answer in answers)
                found.AddRange(Found.Read(answer.Data));
            return found;
        }
        catch (NatsNoRespondersException)
        {
            return found;
        }
        catch (NatsException)
        {
            return null;
        }
    }
}
