using Polly;
using Polly.CircuitBreaker;
using RideIngest.Hosting.Retries;

namespace RideIngest.Unit.Hosting;

public sealed class RetriesTests
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task The_reason_of_an_open_circuit_breaker_is_the_failure_that_opened_it()
    {
        var breaker = new ResiliencePipelineBuilder()
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions { FailureRatio = 0, MinimumThroughput = 2 })
            .Build();
        Exception last = new InvalidOperationException();
        for (var i = 0; i < 3; i++)
        {
            last = await Assert.ThrowsAnyAsync<Exception>(async () => await breaker.ExecuteAsync(
                static _ => ValueTask.FromException(new TimeoutException("Postgres does not answer"))));
        }

        Assert.IsType<BrokenCircuitException>(last);
        Assert.Equal("Postgres does not answer", Reasons.Of(last));
    }

    [Fact]
    public async Task The_pause_doubles_up_to_the_longest()
    {
        var (tries, pauses) = (0, new List<double>());
        var persistently = Persistently.Retry(
            First, First * 5, on: e => e is IOException, waits: (_, pause) => pauses.Add(pause.TotalMilliseconds));

        await persistently.ExecuteAsync(_ => ++tries < 6 ? throw new IOException() : ValueTask.CompletedTask);

        Assert.Equal([1, 2, 4, 5, 5], pauses);
    }

    [Fact]
    public async Task An_exception_that_is_not_among_those_retried_ends_it()
    {
        var tries = 0;
        var persistently = Persistently.Retry(First, First, on: e => e is IOException);

        await Assert.ThrowsAsync<FormatException>(() => persistently.ExecuteAsync(WorkAsync).AsTask());

        Assert.Equal(3, tries);

        ValueTask WorkAsync(CancellationToken _) => ++tries < 3 ? throw new IOException() : throw new FormatException();
    }

    [Fact]
    public async Task The_callers_cancellation_ends_a_pause_and_a_time_out_of_the_work_is_retried()
    {
        var (tries, reasons) = (0, new List<Exception>());
        using var stop = new CancellationTokenSource();
        var persistently = Persistently.Retry(TimeSpan.FromHours(1), TimeSpan.FromHours(1), on: _ => true, waits: (reason, _) =>
        {
            reasons.Add(reason);
            stop.CancelAfter(First);
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => persistently.ExecuteAsync(WorkAsync, stop.Token).AsTask());

        Assert.Equal(1, tries);
        Assert.IsType<OperationCanceledException>(Assert.Single(reasons));

        ValueTask WorkAsync(CancellationToken _)
        {
            tries++;
            throw new OperationCanceledException();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task No_more_attempts_are_made_than_allowed(int most)
    {
        var made = 0;

        await Attempts.AtMost(most, First).ExecuteAsync(_ => ValueTask.FromResult(++made > 0));

        Assert.Equal(most, made);
    }

    [Fact]
    public async Task No_attempt_is_made_that_cannot_help()
    {
        var made = 0;

        await Attempts.AtMost(5, First).ExecuteAsync(_ => ValueTask.FromResult(++made < 2));

        Assert.Equal(2, made);
    }
}
