using System.Text.Json;
using System.Text.Json.Nodes;
using RideIngest.Faults.Load;

namespace RideIngest.Faults.Checking;

/// <summary>What the counting processes of a run have printed, one after the other, and what the last of them answers.</summary>
/// <param name="Figures">What <c>GET /materialized</c> says.</param>
internal sealed record CasinoEvidence(IReadOnlyList<Printing> Printings, JsonNode Figures)
{
    public static CasinoEvidence Read(IEnumerable<string> outputs, JsonNode figures) => new([.. outputs.Select(Printing.Read)], figures);
}

/// <summary>What one process has printed.</summary>
/// <param name="Lines">By id, in the order in which they came.</param>
/// <param name="Rest">What is no event.</param>
internal sealed record Printing(IReadOnlyList<(CasinoFact Fact, string Line)> Lines, IReadOnlyList<string> Rest)
{
    public static Printing Read(string output) => Of(File.ReadAllText(output));

    public static Printing Of(string output)
    {
        var text = output.Split('\n');
        var (lines, rest) = (new List<(CasinoFact, string)>(), new List<string>());
        foreach (var line in text[..^1])
        {
            try
            {
                using var json = JsonDocument.Parse(line);
                lines.Add((CasinoFact.Read(json.RootElement), line));
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                rest.Add(line);
            }
        }

        // The last line of a process that was killed may be half of one: its event was not acknowledged.
        return new Printing(lines, rest);
    }
}
