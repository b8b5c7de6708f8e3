using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NATS.Client.Core;
using RideIngest.Contracts.Finding;
using RideIngest.Streams.Nats;

namespace RideIngest.Streams.Finding;

/// <summary>Answers the console's questions for a system.</summary>
internal sealed class FindResponder(INatsConnection nats, IFinder finder) : BackgroundService
{
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(2);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Listening.ForeverAsync(ListenAsync, stoppingToken);

    private async ValueTask ListenAsync(CancellationToken stopping)
    {
        var questions = nats.SubscribeAsync<string>(Found.Subject, queueGroup: $"find-{finder.System}", cancellationToken: stopping);
        await foreach (var question in questions)
        {
            if (question is not { Data: { Length: > 0 and <= Found.LongestText } text, ReplyTo: not null })
                continue;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            limit.CancelAfter(AnswersWithin);
            try
            {
                await question.ReplyAsync(Found.Write(await finder.FindAsync(text, limit.Token)), cancellationToken: limit.Token);
            }
            catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
            {
                // The console no longer waits.
            }
        }
    }
}

public static class FinderServices
{
    /// <summary>Adds a finder, which the console asks.</summary>
    public static IServiceCollection AddFinder<T>(this IServiceCollection services) where T : class, IFinder => services
        .AddSingleton<T>()
        .AddSingleton<IHostedService>(provider => new FindResponder(
            provider.GetRequiredService<INatsConnection>(), provider.GetRequiredService<T>()));
}
