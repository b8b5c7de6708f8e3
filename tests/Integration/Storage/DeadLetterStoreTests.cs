using RideIngest.Storage.DeadLetters;

namespace RideIngest.Integration.Storage;

public sealed class DeadLetterStoreTests
{
    [Fact]
    public async Task A_dead_letter_is_kept_with_its_reason_and_its_bytes()
    {
        await using var database = await RecordsDatabase.CreateAsync();
        var store = new DeadLetterStore(database);
        byte[] payload = [0, 255, 10];
        var letter = new DeadLetter("bookings", 7, Guid.NewGuid(), "23514", "refused\0", payload, "4bf92f3577b34da6a3ce929d0e0e4736", 3);

        await store.AddAsync([letter]);
        var kept = await store.FindAsync("bookings", 7, letter.Digest);

        Assert.Equal(DeadLetterState.Open, kept!.State);
        Assert.Equal(payload, kept.Letter.Payload.ToArray());
        Assert.Equal(letter with { Message = "refused\uFFFD", Payload = default }, kept.Letter with { Payload = default });
        Assert.Null(await store.FindAsync("bookings", 8, letter.Digest));
    }

    [Fact]
    public async Task The_same_dead_letter_is_kept_once_and_opened_again()
    {
        await using var database = await RecordsDatabase.CreateAsync();
        var store = new DeadLetterStore(database);
        var letter = new DeadLetter("bookings", null, DeadLetter.DigestOf("junk"u8), "invalid", "is not valid JSON", "junk"u8.ToArray());
        await store.AddAsync([letter, letter]);
        await database.ExecuteAsync("update ops.dead_letters set state = 'discarded'");

        await store.AddAsync([letter with { Message = "still is not", Attempts = 2 }]);

        var kept = await store.FindAsync("bookings", null, letter.Digest);
        Assert.Equal((4, "still is not", DeadLetterState.Open), (kept!.Letter.Attempts, kept.Letter.Message, kept.State));
        Assert.Equal(1, await database.ScalarAsync<long>("select count(*) from ops.dead_letters"));
    }
}
