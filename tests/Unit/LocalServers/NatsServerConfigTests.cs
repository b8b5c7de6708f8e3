using RideIngest.LocalServers.Nats;

namespace RideIngest.Unit.LocalServers;

public sealed class NatsServerConfigTests
{
    [Theory]
    [InlineData("2.9.10", false)]
    [InlineData("2.9.25", false)]
    [InlineData("2.10.0", true)]
    [InlineData("2.15.1", true)]
    public void Only_servers_that_know_it_are_told_to_sync_every_write(string version, bool told) =>
        Assert.Equal(told, Text(new(), version).Contains("sync_interval: always", StringComparison.Ordinal));

    [Fact]
    public void Without_JetStream_nothing_is_said_of_a_store() =>
        Assert.DoesNotContain("jetstream", Text(new() { JetStream = false }, "2.10.0"), StringComparison.Ordinal);

    [Fact]
    public void A_path_with_quotes_stays_one_value() =>
        Assert.Contains(
            """store_dir: "/data/a \"b\" c\\d" """, NatsServerConfig.Text(new(), new(2, 9, 10), "one", """/data/a "b" c\d""", 4222, null),
            StringComparison.Ordinal);

    [Fact]
    public void A_password_with_any_letters_is_one_value_in_the_file_and_in_the_URL()
    {
        const string Password = """p@ss:"w/rd\""";
        Assert.Contains("""password: "p@ss:\"w/rd\\",""", Text(new() { Password = Password }, "2.10.0"), StringComparison.Ordinal);
        Assert.Equal(Password, Uri.UnescapeDataString(new Uri(NatsServerConfig.Url("nats", Password, 4222)).UserInfo.Split(':')[1]));
    }

    [Fact]
    public void Further_configuration_comes_last() =>
        Assert.EndsWith("max_payload: 2MB\n", Text(new() { Config = "max_payload: 2MB" }, "2.10.0"), StringComparison.Ordinal);

    private static string Text(NatsServerOptions options, string version) =>
        NatsServerConfig.Text(options, Version.Parse(version), "one", "/data", 4222, null);
}
