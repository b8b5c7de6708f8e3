using Microsoft.Extensions.Logging;
using NATS.Client.Core;

namespace RideIngest.Integration.Broker;

/// <summary>What NATS.Net says when it is refused: our logs have it too.</summary>
public sealed class SecretsTests : BrokerTest
{
    private const string Secret = "hush-1234";

    [Fact]
    public async Task No_error_and_no_log_line_says_a_secret()
    {
        var said = new Said();
        var server = await OwnAsync(config: "authorization { user: clerk, password: right }");

        await RefusedAsync($"nats://clerk:{Secret}@127.0.0.1:1");
        await RefusedAsync(server.Url.Replace("//", $"//clerk:{Secret}@", StringComparison.Ordinal));
        await RefusedAsync(server.Url.Replace("//", $"//{Secret}@", StringComparison.Ordinal));
        await RefusedAsync(server.Url, new() { Username = "clerk", Password = Secret });
        await RefusedAsync(server.Url, new() { Token = Secret });

        Assert.Contains("Authorization Violation", said.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Secret, said.Text, StringComparison.Ordinal);

        async Task RefusedAsync(string url, NatsAuthOpts? auth = null)
        {
            using var logs = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(said));
            var nats = Client(url, opts => opts with { AuthOpts = auth ?? opts.AuthOpts, LoggerFactory = logs });
            said.Add($"{await Assert.ThrowsAnyAsync<NatsException>(async () => await nats.ConnectAsync())}");
        }
    }

    /// <summary>All that is logged, as text.</summary>
    private sealed class Said : ILoggerProvider, ILogger
    {
        private readonly List<string> _lines = [];

        public string Text
        {
            get
            {
                lock (_lines)
                    return string.Join('\n', _lines);
            }
        }

        public void Add(string line)
        {
            lock (_lines)
                _lines.Add(line);
        }

        public ILogger CreateLogger(string categoryName) => this;

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Add($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
