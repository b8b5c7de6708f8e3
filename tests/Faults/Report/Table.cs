using System.Globalization;
using RideIngest.Faults.Checking;
using RideIngest.Faults.Load;

namespace RideIngest.Faults.Report;

/// <summary>The table at the end, as markdown.</summary>
internal static class Table
{
    public const string Head =
        "| scenario | records sent | 201 | 200 | 202 | 409 | 503 | 504 | no answer | accepted in the fault | lost | duplicated | lies "
        + "| stuck | longest unavailability | time to recover | settled | redelivered |\n"
        + "| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |";

    public static string Row(Verdict verdict) => string.Create(CultureInfo.InvariantCulture,
        $"| {verdict.Scenario} | {verdict.Records} | {verdict.Of(Told.Stored)} | {verdict.Of(Told.Duplicate)} | {verdict.Of(Told.Accepted)} | {verdict.Of(Told.Conflict)} "
        + $"| {verdict.Of(Told.NotKept)} | {verdict.Of(Told.Unknown)} | {verdict.Of(Told.Nothing, Told.NotSent)} | {Share(verdict)} "
        + $"| {verdict.Count(Break.Lost)} | {verdict.Count(Break.Duplicated)} | {verdict.Count(Break.Lie) + verdict.Count(Break.Unsent)} | {verdict.Count(Break.Stuck)} "
        + $"| {verdict.LongestSilence.TotalSeconds:0.0} s | {Recovered(verdict)} | {verdict.Settled.TotalSeconds:0.0} s | {verdict.Redelivered} |");

    private static string Share(Verdict verdict) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Math.Floor(verdict.Accepted.Share * 10_000) / 100:0.00}%{(verdict.Accepted.Share < verdict.Accepted.Asked ? " (!)" : "")}");

    private static string Recovered(Verdict verdict) => verdict.Recovered is { } time
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s{(time > TimeSpan.FromSeconds(5) ? " (!)" : "")}")
        : "never (!)";
}
