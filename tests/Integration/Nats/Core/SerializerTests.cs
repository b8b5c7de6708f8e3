using System.Buffers;
using System.Text;
using NATS.Client.Core;
using NATS.Client.Serializers.Json;

namespace RideIngest.Integration.Nats.Core;

public sealed class SerializerTests : NatsTest
{
    private sealed record Ride(long Id, string City, double? Distance);

    [Fact]
    public async Task Raw_kinds_pass_bytes_unchanged()
    {
        var client = await ConnectAsync();
        var sub = await SubscribeAsync<byte[]>(client, Mine);
        byte[] bytes = [0, 1, 2, 253, 254, 255];
        var owner = NatsMemoryOwner<byte>.Allocate(bytes.Length);
        bytes.CopyTo(owner.Span);

        await client.PublishAsync(Mine, bytes, cancellationToken: Deadline);
        await client.PublishAsync(Mine, new ReadOnlyMemory<byte>(bytes), cancellationToken: Deadline);
        await client.PublishAsync(Mine, new ReadOnlySequence<byte>(bytes), cancellationToken: Deadline);
        await client.PublishAsync(Mine, owner, cancellationToken: Deadline);

        Assert.All(await TakeAsync(sub, 4), message => Assert.Equal(bytes, message.Data));
    }

    [Fact]
    public async Task Null_travels_as_an_empty_payload_whatever_its_type()
    {
        var client = await ConnectAsync();
        var sub = await SubscribeAsync<byte[]>(client, Mine);

        await client.PublishAsync<byte[]?>(Mine, null, cancellationToken: Deadline);
        await client.PublishAsync<string?>(Mine, null, cancellationToken: Deadline);
        await client.PublishAsync<Ride?>(Mine, null, serializer: NatsJsonSerializer<Ride?>.Default, cancellationToken: Deadline);

        Assert.All(await TakeAsync(sub, 3), message => Assert.True(message.IsEmpty));
    }

    [Fact]
    public async Task A_memory_owner_holds_the_payload_until_it_is_disposed_of()
    {
        var client = await ConnectAsync();
        var sub = await SubscribeAsync<NatsMemoryOwner<byte>>(client, Mine);

        for (var i = 0; i < 100; i++)
            await client.PublishAsync(Mine, Encoding.UTF8.GetBytes($"payload {i}"), cancellationToken: Deadline);

        var received = await TakeAsync(sub, 100);
        for (var i = 0; i < 100; i++)
        {
            using var owner = received[i].Data;
            Assert.Equal($"payload {i}", Encoding.UTF8.GetString(owner.Memory.Span));
            Assert.Equal(owner.Length, owner.Span.Length);
        }
    }

    [Fact]
    public async Task Utf8_primitives_pass_by_default()
    {
        var client = await ConnectAsync();
        Assert.Equal(-17, await RoundTripAsync(client, -17));
        Assert.Equal(long.MaxValue, await RoundTripAsync(client, long.MaxValue));
        Assert.Equal(1.5, await RoundTripAsync(client, 1.5));
        Assert.Equal(79_228_162_514_264.337m, await RoundTripAsync(client, 79_228_162_514_264.337m));
        Assert.True(await RoundTripAsync(client, true));
        Assert.Equal("text", await RoundTripAsync(client, "text"));
        var guid = Guid.NewGuid();
        Assert.Equal(guid, await RoundTripAsync(client, guid));
        var when = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        Assert.Equal(when, await RoundTripAsync(client, when));
    }

    [Fact]
    public async Task The_json_serializer_passes_objects()
    {
        var client = await ConnectAsync();
        var ride = new Ride(132_512, "Köln", null);

        Assert.Equal(ride, await RoundTripAsync(client, ride, NatsJsonSerializer<Ride>.Default));
    }

    [Fact]
    public async Task A_type_without_a_serializer_is_refused_by_name()
    {
        var client = await ConnectAsync();

        var error = await Assert.ThrowsAsync<NatsException>(
            async () => await client.PublishAsync(Mine, new Ride(1, "x", 2), cancellationToken: Deadline));

        Assert.Contains("Ride", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deserializer_that_throws_spoils_its_own_message_only()
    {
        var client = await ConnectAsync();
        var sub = await SubscribeAsync<int>(client, Mine);

        await client.PublishAsync(Mine, "1", cancellationToken: Deadline);
        await client.PublishAsync(Mine, "no number", cancellationToken: Deadline);
        await client.PublishAsync(Mine, "3", cancellationToken: Deadline);

        var received = await TakeAsync(sub, 3);
        Assert.Equal(1, received[0].Data);
        var error = Assert.IsType<NatsDeserializeException>(received[1].Error);
        Assert.Equal("no number"u8, error.RawData);
        Assert.Throws<NatsDeserializeException>(received[1].EnsureSuccess);
        Assert.Equal(3, received[2].Data);
        Assert.Null(received[2].Error);
    }

    [Fact]
    public async Task A_reply_that_cannot_be_read_fails_its_request_only()
    {
        var client = await ConnectAsync();
        var sub = await SubscribeAsync<string>(client, Mine);
        _ = Task.Run(async () =>
        {
            await foreach (var message in sub.Msgs.ReadAllAsync())
                await message.ReplyAsync(message.Data);
        });

        var bad = await Record.ExceptionAsync(async () =>
            (await client.RequestAsync<string, int>(Mine, "no number", cancellationToken: Deadline)).EnsureSuccess());
        Assert.IsType<NatsDeserializeException>(bad);
        Assert.Equal(5, (await client.RequestAsync<string, int>(Mine, "5", cancellationToken: Deadline)).Data);
    }

    [Fact]
    public async Task A_serializer_that_throws_leaves_the_connection_well()
    {
        var client = await ConnectAsync();
        var sub = await SubscribeAsync<string>(client, Mine);

        await Assert.ThrowsAsync<InvalidTimeZoneException>(
            async () => await client.PublishAsync(Mine, "half", serializer: new HalfWritten(), cancellationToken: Deadline));
        await client.PublishAsync(Mine, "whole", cancellationToken: Deadline);

        Assert.Equal("whole", (await TakeAsync(sub, 1))[0].Data);
    }

    private async Task<T?> RoundTripAsync<T>(NatsConnection client, T value, INatsSerializer<T>? serializer = null)
    {
        var subject = $"{Mine}.{typeof(T).Name}";
        await using var sub = await client.SubscribeCoreAsync(subject, serializer: serializer, cancellationToken: Deadline);
        await client.PublishAsync(subject, value, serializer: serializer, cancellationToken: Deadline);
        return (await TakeAsync(sub, 1))[0].Data;
    }

    private sealed class HalfWritten : INatsSerialize<string>
    {
        public void Serialize(IBufferWriter<byte> bufferWriter, string? value)
        {
            bufferWriter.Write("PUB half "u8);
            throw new InvalidTimeZoneException();
        }
    }
}
