using RideIngest.Hosting.Access;

namespace RideIngest.Unit.Hosting;

public sealed class LoopbackHostsTests
{
    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:8080")]
    [InlineData("rides.localhost:8080")]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.9.10:80")]
    [InlineData("[::1]")]
    [InlineData("[::1]:8080")]
    public void A_name_of_this_machine_is_loopback(string host) => Assert.True(LoopbackHosts.IsLoopback(host));

    [Theory]
    [InlineData("")]
    [InlineData("evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("evillocalhost")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("10.0.0.1")]
    [InlineData("[::2]:8080")]
    [InlineData("[::1")]
    [InlineData("::1")]
    public void Any_other_name_is_not(string host) => Assert.False(LoopbackHosts.IsLoopback(host));
}
