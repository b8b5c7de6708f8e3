using RideIngest.Integration.Systems;
using static RideIngest.Integration.Parking.ParkingRig;

namespace RideIngest.Integration.Parking;

/// <summary>What an operator pairs or separates by hand.</summary>
public sealed class SettlementTests
{
    [Fact]
    public async Task An_exit_with_a_misread_plate_is_paired_by_hand_and_stays_so()
    {
        await using var parking = await StartAsync();
        await parking.PassAsync(Entry("e1", "KA01AB1234", "08:00"), Exit("x1", "KA01A81234", "10:00"));

        Assert.Equal(200, (await SettleAsync(parking, "x1", "\"e1\"")).Status);
        await parking.PassAsync(Entry("e2", "KA01A81234", "09:00"), Exit("x2", "KA01AB1234", "09:30"));

        Assert.Equal([("e1", "x1")], await parking.PairsAsync());
        var visit = (await parking.System.GetAsync("/parking/visits/x1")).Json;
        Assert.Equal(("confirmed", 1, "2h0m0s"), ((string)visit["state"]!, (int)visit["version"]!, (string)visit["duration"]!));
        Assert.Equal([("e1", "paired"), ("e2", "open")], await parking.StatesAsync("/parking/entries"));
        Assert.True(await parking.IsBalancedAsync());
        Assert.Equal("anyone x1 e1", await parking.System.Database.ScalarAsync<string>(
            "select concat_ws(' ', by, exit_id, entry_id) from parking.settlements"));
    }

    [Fact]
    public async Task A_separated_exit_loses_its_visit_and_its_entry_is_free_for_the_next_exit()
    {
        await using var parking = await StartAsync();
        await parking.PassAsync(Entry("e1", "A1", "08:00"), Exit("x1", "A1", "09:00"), Exit("x2", "A1", "10:00"));

        Assert.Equal(200, (await SettleAsync(parking, "x1", "null")).Status);

        Assert.Equal([("e1", "x2")], await parking.PairsAsync());
        Assert.Equal([("x1", "withdrawn"), ("x2", "paired")], await parking.StatesAsync("/parking/visits"));
        Assert.Equal([("x1", "unmatched"), ("x2", "paired")], await parking.StatesAsync("/parking/exits"));
        Assert.True(await parking.IsBalancedAsync());
    }

    [Fact]
    public async Task Taking_an_entry_from_another_exit_withdraws_that_visit()
    {
        await using var parking = await StartAsync();
        await parking.PassAsync(Entry("e1", "A1", "08:00"), Exit("x1", "A1", "09:00"), Exit("x2", "A1", "10:00"));

        Assert.Equal(200, (await SettleAsync(parking, "x2", "\"e1\"")).Status);

        Assert.Equal([("e1", "x2")], await parking.PairsAsync());
        Assert.Equal([("x1", "withdrawn"), ("x2", "confirmed")], await parking.StatesAsync("/parking/visits"));
        Assert.True(await parking.IsBalancedAsync());
    }

    [Fact]
    public async Task A_settlement_is_replaced_by_another_and_what_it_held_returns_to_the_order()
    {
        await using var parking = await StartAsync();
        await parking.PassAsync(
            Entry("e1", "A1", "08:00"), Exit("x1", "A1", "09:00"), Entry("e2", "B1", "08:30"), Exit("x2", "B1", "09:30"));

        Assert.Equal(200, (await SettleAsync(parking, "x2", "\"e1\"")).Status);
        Assert.Equal([("e1", "x2")], await parking.PairsAsync());
        Assert.Equal(200, (await SettleAsync(parking, "x2", "\"e2\"")).Status);

        Assert.Equal([("e1", "x1"), ("e2", "x2")], (await parking.PairsAsync()).Order());
        Assert.Equal([("x1", "paired"), ("x2", "confirmed")], await parking.StatesAsync("/parking/visits"));
        Assert.Equal(3, (int)(await parking.System.GetAsync("/parking/visits/x1")).Json["version"]!);
        Assert.True(await parking.IsBalancedAsync());
    }

    [Fact]
    public async Task What_cannot_be_is_refused_and_named()
    {
        await using var parking = await StartAsync("--parking:max-stay=60m");
        await parking.PassAsync(
            Entry("e1", "A1", "08:00"), Exit("x1", "A1", "09:30"), Entry("e2", "B1", "10:00"), Exit("x2", "C1", "08:30"));

        Assert.Equal(404, (await SettleAsync(parking, "x9", "null")).Status);
        Assert.Equal("is not the id of an entry", await WrongAsync("x1", "\"e9\""));
        Assert.Equal("is later than the exit", await WrongAsync("x1", "\"e2\""));
        Assert.Equal("is too long before the exit (parking.max_stay)", await WrongAsync("x1", "\"e1\""));
        Assert.Equal(400, (await parking.System.PostAsync("/parking/exits/x1/entry", "{}")).Status);
        Assert.Equal(200, (await SettleAsync(parking, "x2", "\"e1\"")).Status);
        Assert.Equal(200, (await SettleAsync(parking, "x2", "\"e1\"")).Status);
        var taken = await SettleAsync(parking, "x1", "\"e1\"");
        Assert.Equal((409, "/problems/settled"), (taken.Status, (string)taken.Json["type"]!));

        async Task<string> WrongAsync(string exit, string entry)
        {
            var answer = await SettleAsync(parking, exit, entry);
            Assert.Equal(422, answer.Status);
            return (string)answer.Json["errors"]!["entry_id"]![0]!;
        }
    }

    private static Task<Answer> SettleAsync(ParkingRig parking, string exit, string entry) =>
        parking.System.PostAsync($"/parking/exits/{exit}/entry", $$"""{"entry_id":{{entry}}}""");
}
