using RideIngest.Hosting.Config;

namespace RideIngest.Unit.Hosting;

public sealed class RedactionTests
{
    [Theory]
    [InlineData("nats://127.0.0.1:4222", "nats://127.0.0.1:4222")]
    [InlineData("nats://user:se@cret@a:4222,nats://token@b:4222", "nats://***@a:4222,nats://***@b:4222")]
    [InlineData("postgres://me:Zk3/9s Q,x@h:5432/db", "postgres://***@h:5432/db")]
    [InlineData("nats://a:4222,tls://me:a/b@b:4222", "nats://a:4222,tls://***@b:4222")]
    [InlineData("postgres://me:pass@h/db?sslmode=require", "postgres://***@h/db?sslmode=require")]
    [InlineData("Host=h;Password=se'cret;Database=d", "Host=h;Password=***;Database=d")]
    [InlineData("Host=h;PSW=secret;SslPassword=secret;Database=d", "Host=h;PSW=***;SslPassword=***;Database=d")]
    [InlineData("Host=h;Password='a''b;c';Database=d", "Host=h;Password=***;Database=d")]
    [InlineData("Host=h;Password='a;b';Database=d", "Host=h;Password=***;Database=d")]
    [InlineData("postgres://h/db?password=secret&sslmode=require", "postgres://h/db?password=***&sslmode=require")]
    public void Secrets_leave_a_url_before_it_is_printed(string url, string printed) => Assert.Equal(printed, Redaction.Url(url));
}
