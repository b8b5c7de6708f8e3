using System.Diagnostics;
using RideIngest.Hosting.Telemetry;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Parsing;

namespace RideIngest.Unit.Hosting;

public sealed class LogFormatTests
{
    private const string Hostile = "7\n12:00:00 INF forged \e[2J\u009b2J\u007f\0\u2028\"end";

    private const string Start = """{"time":"2026-11-29T12:14:15.678Z","level":""";

    private static readonly DateTimeOffset Time = new(2026, 11, 29, 13, 14, 15, 678, TimeSpan.FromHours(1));

    [Fact]
    public void A_JSON_line_has_the_time_in_UTC_the_level_in_lower_case_the_trace_and_what_the_message_was_made_of()
    {
        const string Trace = "0af7651916cd43dd8448eb211c80319c";
        const string Span = "b7ad6b7169203331";

        var line = Line(LogFormats.Json(), new LogEvent(
            Time, LogEventLevel.Warning, null, Template("{Count} records of {Kind}, {Share:0.00} of all"),
            [Property("Count", 3), Property("Kind", "rides"), Property("Share", 0.125)],
            ActivityTraceId.CreateFromString(Trace), ActivitySpanId.CreateFromString(Span)));

        Assert.Equal(
            $$"""{{Start}}"warning","message":"3 records of rides, 0.13 of all","trace_id":"{{Trace}}","span_id":"{{Span}}","""
                + """
                "properties":{"Count":3,"Kind":"rides","Share":0.125}}

                """,
            line);
    }

    [Fact]
    public void What_a_line_does_not_have_is_left_out_of_its_JSON() =>
        Assert.Equal(Start + "\"information\",\"message\":\"Ready\"}\n", Line(LogFormats.Json(), LogEventLevel.Information, "Ready"));

    [Fact]
    public void No_control_character_reaches_a_JSON_line()
    {
        const string Escaped = """7\n12:00:00 INF forged \u001B[2J\u009b2J\u007f\u0000\u2028\"end""";

        var failure = new InvalidOperationException(Hostile);

        var line = Line(LogFormats.Json(), LogEventLevel.Error, "Record {Id}", failure, Property("Id", Hostile));

        Assert.Equal(
            $$"""{{Start}}"error","message":"Record {{Escaped}}","exception":"System.InvalidOperationException: {{Escaped}}","""
                + $$$"""
                "properties":{"Id":"{{{Escaped}}}"}}

                """,
            line);
    }

    [Fact]
    public void On_a_terminal_a_value_cannot_forge_a_line_or_move_the_cursor()
    {
        var failure = new InvalidOperationException(Hostile);

        var line = Line(LogFormats.Text(colours: false), LogEventLevel.Error, "Record {Id}", failure, Property("Id", Hostile));

        Assert.Equal(
            """
            2026-11-29 13:14:15 ERR Record 7\n12:00:00 INF forged \x1b[2J\x9b2J\x7f\x00\x2028"end
                  System.InvalidOperationException: 7
                  12:00:00 INF forged \x1b[2J\x9b2J\x7f\x00\x2028"end

            """,
            line);
    }

    [Fact]
    public void On_a_terminal_a_line_has_the_event_id_and_the_trace()
    {
        const string Trace = "0af7651916cd43dd8448eb211c80319c";
        var id = new StructureValue([Property("Id", 2003), Property("Name", "AwayAsWell")]);

        var line = Line(LogFormats.Text(colours: false), new LogEvent(
            Time, LogEventLevel.Warning, null, Template("Slow"), [new LogEventProperty("EventId", id)],
            ActivityTraceId.CreateFromString(Trace), ActivitySpanId.CreateFromString("b7ad6b7169203331")));

        Assert.Equal($"2026-11-29 13:14:15 WRN 2003 Slow {Trace}\n", line);
    }

    [Fact]
    public void Colours_are_of_the_time_the_level_and_the_exception() =>
        Assert.Equal(
            "\e[90m2026-11-29 13:14:15\e[0m \e[33mWRN\e[0m Slow\n      \e[90mSystem.TimeoutException: late\e[0m\n",
            Line(LogFormats.Text(colours: true), LogEventLevel.Warning, "Slow", new TimeoutException("late")));

    private static string Line(
        ITextFormatter format, LogEventLevel level, string message, Exception? exception = null, params LogEventProperty[] properties) =>
        Line(format, new LogEvent(Time, level, exception, Template(message), properties));

    private static string Line(ITextFormatter format, LogEvent logEvent)
    {
        using var output = new StringWriter();
        format.Format(logEvent, output);
        return output.ToString();
    }

    private static MessageTemplate Template(string message) => new MessageTemplateParser().Parse(message);

    private static LogEventProperty Property(string name, object value) => new(name, new ScalarValue(value));
}
