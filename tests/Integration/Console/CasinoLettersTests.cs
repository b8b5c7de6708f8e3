using System.Text.Json.Nodes;
using RideIngest.Console;
using RideIngest.Hosting.Processes;
using RideIngest.Integration.Casino;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Waiting;
using static RideIngest.Integration.Casino.GivenEvents;

namespace RideIngest.Integration.Console;

/// <summary>A dead letter of a system of stages, from the stage that rejects it to the stage that counts it.</summary>
public sealed class CasinoLettersTests
{
    [Fact]
    public async Task An_event_that_a_stage_rejected_passes_it_and_all_later_stages_when_it_is_replayed()
    {
        await using var system = await CasinoSystem.CreateAsync();
        var casino = await system.RunAsync();
        await CasinoSystem.PostAsync(casino, Start(1));
        await CasinoSystem.CountedAsync(casino, 1);
        await system.Client.PublishAsync("casino.player", """{"id":"no number"}""");
        await Eventually.True(async () => await system.Database.ScalarAsync<long>("select count(*) from ops.dead_letters") == 1);
        await using var console = RideIngestHost.Create("console", [.. system.ServerArgs, "--logging:level=fatal"], new ConsoleModule());
        await console.StartAsync();
        using var nobody = new OperatorClient(console.Urls[0], "");

        var letter = (await nobody.GetAsync($"{ConsoleRig.Letters}?system=casino&stage=player")).Json["items"]![0]!;
        var replayed = await nobody.PostAsync(
            $"{ConsoleRig.Letters}/{letter["id"]}/replay", new JsonObject { ["payload"] = JsonNode.Parse(Bet(2)) });

        Assert.Equal(("unreadable", "no number", 202), ((string)letter["code"]!, (string)letter["key"]!, replayed.Status));
        Assert.Equal("id has a value that cannot be read", (string)letter["message"]!);
        Assert.Equal(2, (long)(await CasinoSystem.CountedAsync(casino, 2))["events_total"]!);
        Assert.Equal("anyone", (string)(await nobody.GetAsync($"{ConsoleRig.Letters}/{letter["id"]}")).Json["actions"]![0]!["who"]!);
        await console.StopAsync();
    }
}
