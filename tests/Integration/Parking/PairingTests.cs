using RideIngest.Integration.Systems;
using RideIngest.TestKit.Waiting;
using static RideIngest.Integration.Parking.ParkingRig;

namespace RideIngest.Integration.Parking;

/// <summary>Which entry an exit pairs with.</summary>
public sealed class PairingTests
{
    [Fact]
    public async Task An_exit_pairs_with_the_latest_entry_of_its_plate_however_it_is_written()
    {
        await using var parking = await StartAsync();

        await parking.PassAsync(
            Entry("e1", "KA-01 ab 1234", "08:00"), Entry("e2", "ka01AB1234", "09:00"), Exit("x1", "KA 01 AB 1234", "10:02"));

        Assert.Equal([("e2", "x1")], await parking.PairsAsync());
        Assert.Equal([("e1", "superseded"), ("e2", "paired")], await parking.StatesAsync("/parking/entries"));
        var visit = (await parking.System.GetAsync("/parking/visits/x1")).Json;
        Assert.Equal(
            ("KA01AB1234", "1h2m0s", 1, "paired"),
            ((string)visit["vehicle_plate"]!, (string)visit["duration"]!, (int)visit["version"]!, (string)visit["state"]!));
    }

    [Fact]
    public async Task Equal_times_pair_and_an_entry_after_the_exit_does_not()
    {
        await using var parking = await StartAsync();

        await parking.PassAsync(
            Exit("x1", "A1", "08:00"), Entry("e1", "A1", "08:00"), Exit("x2", "B1", "08:00"), Entry("e2", "B1", "08:01"));

        Assert.Equal([("e1", "x1")], await parking.PairsAsync());
        Assert.Equal([("x1", "paired"), ("x2", "waiting")], await parking.StatesAsync("/parking/exits"));
    }

    [Fact]
    public async Task An_exit_without_an_entry_is_unmatched_after_the_grace_and_a_late_entry_still_pairs()
    {
        await using var parking = await StartAsync("--parking:grace=1s");

        await parking.PassAsync(Exit("x1", "A1", "10:00"));
        await Eventually.True(async () => (await parking.StatesAsync("/parking/exits"))[0].State == "unmatched");
        Assert.Equal(404, (await parking.System.GetAsync("/parking/visits/x1")).Status);
        await parking.PassAsync(Entry("e1", "A1", "09:00"));

        Assert.Equal([("e1", "x1")], await parking.PairsAsync());
        Assert.True(await parking.IsBalancedAsync());
    }

    [Fact]
    public async Task What_arrives_late_corrects_a_visit_and_raises_its_version()
    {
        await using var parking = await StartAsync();

        await parking.PassAsync(Entry("e1", "A1", "08:00"), Exit("x1", "A1", "12:00"));
        await parking.PassAsync(Entry("e2", "A1", "10:00"));
        var corrected = (await parking.System.GetAsync("/parking/visits/x1")).Json;
        await parking.PassAsync(Exit("x2", "A1", "11:00"));
        var withdrawn = (await parking.System.GetAsync("/parking/visits/x1")).Json;

        Assert.Equal((2, "2h0m0s", "paired"), ((int)corrected["version"]!, (string)corrected["duration"]!, (string)corrected["state"]!));
        Assert.Equal((3, null, "withdrawn"), ((int)withdrawn["version"]!, (string?)withdrawn["duration"], (string)withdrawn["state"]!));
        Assert.Equal([("e2", "x2")], await parking.PairsAsync());
        Assert.True(await parking.IsBalancedAsync());
    }

    [Fact]
    public async Task An_event_that_comes_again_is_dropped_and_one_with_other_content_is_a_dead_letter()
    {
        await using var parking = await StartAsync();

        await parking.PassAsync(Entry("1", "A1", "08:00"), Exit("1", "A1", "09:00"), Entry("1", "a-1", "08:00"), Entry("1", "A1", "08:30"));

        var entries = (await parking.System.GetAsync("/parking/statistics")).Json["entries"]!;
        Assert.Equal((1, 1, 1), ((int)entries["received"]!, (int)entries["duplicate"]!, (int)entries["paired"]!));
        Assert.Equal("parking entries entries 1 poison conflict", await parking.System.Database.ScalarAsync<string>(
            "select concat_ws(' ', system, stage, kind, key, class, code) from ops.dead_letters"));
        Assert.Equal("1h0m0s", (string)(await parking.System.GetAsync("/parking/visits/1")).Json["duration"]!);
    }

    [Fact]
    public async Task A_stay_longer_than_the_longest_never_pairs_and_its_entry_expires()
    {
        await using var parking = await StartAsync("--parking:max-stay=60m", "--parking:grace=1s");

        await parking.PassAsync(Entry("e1", "A1", "08:00"), Exit("x1", "A1", "09:01"), Entry("e2", "B1", "08:00"), Exit("x2", "B1", "09:00"));

        Assert.Equal([("e2", "x2")], await parking.PairsAsync());
        await Eventually.True(async () => (await parking.StatesAsync("/parking/exits"))[0] == ("x1", "unmatched"));
        Assert.Equal(("e1", "expired"), (await parking.StatesAsync("/parking/entries"))[0]);
        Assert.True(await parking.IsBalancedAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Any_order_of_arrival_with_any_repetition_ends_in_the_same_visits(int seed)
    {
        const int Cases = 150;
        var longestStay = TimeSpan.FromHours(1);
        await using var parking = await StartAsync("--parking:max-stay=60m", "--parking:grace=1s");
        var random = new Random(seed);
        var events = Enumerable.Range(0, Cases).SelectMany(of => Some(random, of)).ToList();
        var arrivals = events.Concat(events.Where(_ => random.Next(5) == 0)).ToArray();
        random.Shuffle(arrivals);

        await parking.PassTogetherAsync(arrivals, together: random.Next(1, 300));
        await Eventually.True(async () => await parking.System.Database.ScalarAsync<long>("select count(*) from parking.waiting") == 0);

        var (pairs, rest) = PairingModel.Of(events, longestStay);
        Assert.Equal(pairs.Order(), (await parking.PairsAsync()).Order());
        Assert.Equal(
            rest.Select(one => $"{one.Key.IsExit} {one.Key.Id} {one.Value}").Order(StringComparer.Ordinal),
            await parking.RestAsync());
        Assert.True(await parking.IsBalancedAsync());
        Assert.Equal(pairs.Count, await parking.System.Database.ScalarAsync<long>(
            "select count(*) from parking.movements as entry where not is_exit and state = 'paired' and exists (select from parking.movements "
            + "as other where is_exit and other.id = entry.other_id and other.other_id = entry.id and other.at = entry.other_at)"));
        Assert.Equal(
            rest.Count(one => one.Value == "open"), await parking.System.Database.ScalarAsync<long>("select count(*) from parking.inside"));
    }

    /// <summary>A few events of one plate, close together in time, with equal times among them.</summary>
    private static IEnumerable<Passed> Some(Random random, int of)
    {
        // In the future, so that none expires.
        var start = new DateTimeOffset(2126, 1, 1, 0, 0, 0, TimeSpan.Zero);
        return Enumerable.Range(0, random.Next(1, 9)).Select(
            n => new Passed(random.Next(2) == 0, $"{of}-{n}", $"P{of}", start.AddMinutes(20 * random.Next(8))));
    }
}
