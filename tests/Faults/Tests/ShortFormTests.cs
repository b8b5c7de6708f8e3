using RideIngest.Faults.Scenarios;

namespace RideIngest.Faults.Tests;

/// <summary>
/// The scenarios that tell the most per second; the others are a command of their own (docs/reliability.md). They run in two worlds side by
/// side.
/// </summary>
public abstract class ShortFormTests(FaultsWorld world)
{
    private const int Seed = 7;

    private protected async Task HoldsAsync(string scenario)
    {
        var verdict = await world.Runner.RunAsync(Book.Named(scenario), Seed, before: TimeSpan.FromSeconds(0.5));
        Assert.Empty(verdict.Findings);
        Assert.True(verdict.Records > 0);
        Assert.True(verdict.Accepted.Share >= verdict.Accepted.Asked, $"Only {verdict.Accepted.Share:P2} were accepted while it lasted.");
    }
}

[Collection(SharedFaultsWorld.Name)]
public sealed class ProcessShortFormTests(FaultsWorld world) : ShortFormTests(world)
{
    [Theory]
    [InlineData("commit-then-killed")]
    [InlineData("consumer-terminated")]
    [InlineData("producer-terminated")]
    [InlineData("published-then-killed")]
    public Task Nothing_is_lost_duplicated_or_lied_about_in(string scenario) => HoldsAsync(scenario);
}

public sealed class ServerShortFormTests(FaultsWorld world) : ShortFormTests(world), IClassFixture<FaultsWorld>
{
    [Theory]
    [InlineData("before-ack-cut")]
    [InlineData("nats-cut-off")]
    [InlineData("postgres-killed")]
    [InlineData("same-id")]
    [InlineData("foreign-frames")]
    public Task Nothing_is_lost_duplicated_or_lied_about_in(string scenario) => HoldsAsync(scenario);
}
