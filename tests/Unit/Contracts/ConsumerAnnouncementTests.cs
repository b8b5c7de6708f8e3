using System.Buffers;
using System.Text;
using RideIngest.Contracts.Frames;

namespace RideIngest.Unit.Contracts;

public sealed class ConsumerAnnouncementTests
{
    [Fact]
    public void Read_again_it_is_the_same()
    {
        foreach (var said in (ConsumerAnnouncement[])
            [new(
                "a-1", true, null, 0, 0, DateTimeOffset.UtcNow),
                new("b-2", false, "No \"Postgres\" answers", 12_345, 99.5, DateTimeOffset.UnixEpoch)])
        {
            var output = new ArrayBufferWriter<byte>();
            said.Write(output);

            Assert.Equal(said, ConsumerAnnouncement.Read(output.WrittenSpan));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1]")]
    [InlineData("""{"can_store":true}""")]
    [InlineData("""{"instance":"a","can_store":1}""")]
    [InlineData("""{"instance":"a","at":"yesterday"}""")]
    [InlineData("""{"instance":"a","can_store":true,"drain_per_second":1e999}""")]
    [InlineData("""{"instance":"a","can_store":true,"drain_per_second":-1}""")]
    [InlineData("""{"instance":"a","can_store":true,"backlog":-1}""")]
    public void What_is_no_announcement_is_null(string bytes) => Assert.Null(ConsumerAnnouncement.Read(Encoding.UTF8.GetBytes(bytes)));
}
