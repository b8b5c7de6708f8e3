using RideIngest.Hosting.Config;
using RideIngest.Hosting.Telemetry;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace RideIngest.Unit.Hosting;

public sealed class LibraryLinesTests
{
    private const string Failed = "BackgroundService failed";
    private const string Stops = "The HostOptions.BackgroundServiceExceptionBehavior is configured to StopHost. More";
    private const string Start = "Hosting failed to start";

    [Theory]
    [InlineData(true, "Server error {Error}", "Authorization Violation")]
    [InlineData(false, "Server error {Error}", "Permissions Violation for Publish to \"rides\"")]
    [InlineData(true, "Unhandled protocol message: {Code} {Description}", "409", "Server Shutdown")]
    [InlineData(false, "Unhandled protocol message: {Code} {Description}", "409", "Leadership Change")]
    [InlineData(true, "Subscription GCd but was never disposed {Subject}/{Sid}", "a", "1")]
    [InlineData(false, "Slow consumer detected on subscription {Subject}", "a")]
    public void Of_NATS_only_lines_about_a_lost_connection_are_left_out(bool leftOut, string template, params string[] values) =>
        Assert.Equal(leftOut, LibraryLines.IsLostConnection(Line("NATS.Client.Core.Internal.X", template, null, values)));

    [Theory]
    [InlineData(Failed)]
    [InlineData(Stops)]
    public void An_exception_of_a_service_is_never_left_out_and_its_cancellation_only_while_the_process_ends(string template)
    {
        Assert.False(Known(template, new InvalidOperationException(), ends: true));
        Assert.False(Known(template, new StartupException("no"), ends: false));
        Assert.False(Known(template, new OperationCanceledException(), ends: false));
        Assert.True(Known(template, new OperationCanceledException(), ends: true));
    }

    [Fact]
    public void A_failed_start_is_left_out_if_the_process_prints_the_reason()
    {
        Assert.True(Known(Start, new StartupException("no"), ends: false));
        Assert.True(Known(Start, new OperationCanceledException(), ends: true));
        Assert.False(Known(Start, new OperationCanceledException(), ends: false));
        Assert.False(Known(Start, new InvalidOperationException(), ends: true));
    }

    private static bool Known(string template, Exception exception, bool ends)
    {
        var ending = new Ending();
        ending.BeginsWith(new CancellationToken(ends));
        return LibraryLines.IsKnownEnd(Line("Microsoft.Extensions.Hosting.Internal.Host", template, exception, []), ending);
    }

    private static LogEvent Line(string category, string template, Exception? exception, string[] values)
    {
        var parsed = new MessageTemplateParser().Parse(template);
        var named = parsed.Tokens.OfType<PropertyToken>().Zip(
            values, (token, value) => new LogEventProperty(token.PropertyName, new ScalarValue(value)));
        return new LogEvent(
            DateTimeOffset.UnixEpoch, LogEventLevel.Error, exception, parsed,
            [.. named, new LogEventProperty(Constants.SourceContextPropertyName, new ScalarValue(category))]);
    }
}
