using RideIngest.Hosting.Config;

namespace RideIngest.Unit.Hosting;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("512", 512)]
    [InlineData("512b", 512)]
    [InlineData("64KB", 65_536)]
    [InlineData("8 mb", 8_388_608)]
    [InlineData("2GB", 2_147_483_648)]
    [InlineData("-1", -1)]
    public void Sizes_are_read_with_and_without_a_unit(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out var size));
        Assert.Equal(bytes, size);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MB")]
    [InlineData("1.5MB")]
    [InlineData("8MiBs")]
    [InlineData("99999999999TB")]
    [InlineData("-9223372036854775808")]
    public void What_is_no_size_is_refused(string text) => Assert.False(ByteSize.TryParse(text, out _));
}
