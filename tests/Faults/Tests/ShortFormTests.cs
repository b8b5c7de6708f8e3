using RideIngest.Faults.Scenarios;

namespace RideIngest.Faults.Tests;

/// <summary>The scenarios that tell the most per second; the others are a command of their own (docs/reliability.md).</summary>
[Collection(SharedFaultsWorld.Name)]
public sealed class ShortFormTests(FaultsWorld world)
{
    private const int Seed = 7;

    [Theory]
    [InlineData("commit-then-killed")]
    [InlineData("before-ack-cut")]
    [InlineData("consumer-terminated")]
    [InlineData("producer-terminated")]
    [InlineData("published-then-killed")]
    [InlineData("nats-cut-off")]
    [InlineData("postgres-killed")]
    [InlineData("same-id")]
    [InlineData("foreign-frames")]
    public async Task Nothing_is_lost_duplicated_or_lied_about_in(string scenario)
    {
        var verdict = await world.Runner.RunAsync(Book.Named(scenario), Seed, before: TimeSpan.FromSeconds(0.5));
        Assert.Empty(verdict.Findings);
        Assert.True(verdict.Records > 0);
        Assert.True(verdict.Accepted.Share >= verdict.Accepted.Asked, $"Only {verdict.Accepted.Share:P2} were accepted while it lasted.");
    }
}
