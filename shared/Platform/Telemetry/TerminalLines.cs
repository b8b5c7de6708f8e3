using System.Globalization;
using System.Text;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Parsing;

namespace RideIngest.Platform.Telemetry;

/// <summary>Short lines for a person: the time, the level, the message; an exception below it, indented.</summary>
internal sealed class TerminalLines(bool colours) : ITextFormatter
{
    public void Format(LogEvent logEvent, TextWriter output)
    {
        var (name, colour) = logEvent.Level switch
        {
            LogEventLevel.Verbose => ("trace", "\e[90m"),
            LogEventLevel.Debug => ("debug", "\e[90m"),
            LogEventLevel.Information => ("info ", "\e[36m"),
            LogEventLevel.Warning => ("warn ", "\e[33m"),
            LogEventLevel.Error => ("error", "\e[31m"),
            _ => ("FATAL", "\e[97;41m"),
        };

        output.Write(Coloured("\e[90m", logEvent.Timestamp.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture)));
        output.Write(' ');
        output.Write(Coloured(colour, name));
        output.Write(' ');
        output.Write(Printable(Message(logEvent)));
        output.Write('\n');
        if (logEvent.Exception is not { } exception) return;
        foreach (var line in exception.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            output.Write("      ");
            output.Write(Coloured("\e[90m", Printable(line.TrimEnd('\r'))));
            output.Write('\n');
        }
    }

    /// <summary>The message with its values filled in; text goes in as it is, without quotes.</summary>
    internal static string Message(LogEvent logEvent)
    {
        var text = new StringBuilder();
        var writer = new StringWriter(text, CultureInfo.InvariantCulture);
        foreach (var token in logEvent.MessageTemplate.Tokens)
        {
            if (token is PropertyToken { Format: null } property
                && logEvent.Properties.TryGetValue(property.PropertyName, out var value) && value is ScalarValue { Value: string plain })
                text.Append(plain);
            else
                token.Render(logEvent.Properties, writer, CultureInfo.InvariantCulture);
        }

        return text.ToString();
    }

    // A value from outside must not be able to forge a line or move the cursor.
    private static string Printable(string text)
    {
        if (!text.Any(char.IsControl)) return text;
        var printable = new StringBuilder(text.Length + 8);
        foreach (var letter in text)
        {
            if (letter == '\n') printable.Append("\\n");
            else if (letter == '\t') printable.Append(letter);
            else if (char.IsControl(letter)) printable.Append(CultureInfo.InvariantCulture, $"\\x{(int)letter:x2}");
            else printable.Append(letter);
        }

        return printable.ToString();
    }

    private string Coloured(string colour, string text) => colours ? $"{colour}{text}\e[0m" : text;
}
