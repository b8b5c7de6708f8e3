using System.Globalization;
using System.Text;
using Serilog.Events;
using Serilog.Expressions;
using Serilog.Formatting;
using Serilog.Templates;
using Serilog.Templates.Encoding;
using Serilog.Templates.Themes;

namespace RideIngest.Hosting.Telemetry;

/// <summary>The two log formats. Neither lets untrusted values forge a line or move the cursor.</summary>
internal static class LogFormats
{
    private const string Grey = "\e[90m";
    private const string Reset = "\e[0m";

    private static readonly TemplateTheme LevelColours = new(new Dictionary<TemplateThemeStyle, string>
    {
        [TemplateThemeStyle.LevelVerbose] = Grey,
        [TemplateThemeStyle.LevelDebug] = Grey,
        [TemplateThemeStyle.LevelInformation] = "\e[36m",
        [TemplateThemeStyle.LevelWarning] = "\e[33m",
        [TemplateThemeStyle.LevelError] = "\e[31m",
        [TemplateThemeStyle.LevelFatal] = "\e[97;41m",
    });

    /// <summary>JSON for machines: one object per line.</summary>
    public static ITextFormatter Json() => new ExpressionTemplate(
        "{ {time: ToString(UtcDateTime(@t), 'yyyy-MM-ddTHH:mm:ss.fffZ'), level: ToString(@l, 'w'), message: @m, "
            + "trace_id: @tr, span_id: @sp, exception: @x, properties: if @p = {} then Undefined() else @p} }\n",
        CultureInfo.InvariantCulture,
        encoder: new JsonControls());

    /// <summary>Text for a terminal: time, level, event id, message and trace id, with an indented exception below.</summary>
    public static ITextFormatter Text(bool colours)
    {
        var (grey, reset) = colours ? (Grey, Reset) : ("", "");
        return new ExpressionTemplate(
            $$"""{{grey}}{@t:yyyy-MM-dd HH:mm:ss}{{reset}} {@l:u3} {#if EventId.Id is not null}{EventId.Id} {#end}{Printable(@m)}"""
                + $$"""{#if @tr is not null} {{grey}}{@tr}{{reset}}{#end}"""
                + "\n{#each line in Lines(@x)}" + $$"""      {{grey}}{line}{{reset}}""" + "\n{#end}",
            CultureInfo.InvariantCulture,
            new StaticMemberNameResolver(typeof(LogFormats)),
            colours ? LevelColours : null,
            applyThemeWhenOutputIsRedirected: true);
    }

    /// <summary>Template function: makes control characters visible.</summary>
    public static LogEventPropertyValue? Printable(LogEventPropertyValue? text) =>
        text is ScalarValue { Value: string value } ? new ScalarValue(Visible(value)) : null;

    /// <summary>Template function: splits an exception into printable lines.</summary>
    public static LogEventPropertyValue? Lines(LogEventPropertyValue? exception)
    {
        if (exception is not ScalarValue { Value: Exception value })
            return null;
        var lines = value.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return new SequenceValue(lines.Select(line => new ScalarValue(Visible(line.TrimEnd('\r')))));
    }

    private static string Visible(string text) => Replace(text, letter => letter switch
    {
        '\t' => "\t",
        '\n' => "\\n",
        _ => $"\\x{(int)letter:x2}",
    });

    private static string Replace(string text, Func<char, string> escape)
    {
        if (!text.Any(IsControl))
            return text;
        var replaced = new StringBuilder(text.Length + 8);
        foreach (var letter in text)
        {
            if (IsControl(letter))
                replaced.Append(escape(letter));
            else
                replaced.Append(letter);
        }

        return replaced.ToString();
    }

    private static bool IsControl(char letter) => char.IsControl(letter) || letter is '\u2028' or '\u2029';

    /// <summary>Escapes 0x7f to 0x9f as well, which terminals obey and Serilog leaves as they are.</summary>
    private sealed class JsonControls : TemplateOutputEncoder
    {
        public override string Encode(string value) => Replace(value, letter => $"\\u{(int)letter:x4}");
    }
}
