using RideIngest.Hosting.Access;
using RideIngest.Hosting.Endpoints;
using RideIngest.Hosting.Problems;
using RideIngest.Storage.DeadLetters;

namespace RideIngest.Console.Letters;

/// <summary>Reads the filter that lists, groups and replays share.</summary>
internal static class LetterQuery
{
    public static DeadLetterFilter Filter(this QueryReader query) => new()
    {
        System = query.Text("system"),
        Stage = query.Text("stage"),
        Class = query.Choice<DeadLetterClass>("class"),
        Code = query.Text("code"),
        State = query.Choice<DeadLetterState>("state"),
        Fingerprint = query.Text("fingerprint"),
        Key = query.Text("key"),
        Text = query.Text("text", least: 3),
        Owed = query.Flag("owed"),
    };

    /// <summary>The problem if the operator may not see payloads and searches them.</summary>
    public static Problem? Forbid(DeadLetterFilter filter, Operator by) => filter.Text is null ? null : by.Forbid(Scopes.Ops);

    /// <summary>The position after which a list of letters or groups continues.</summary>
    public static DeadLetterCursor? After(this QueryReader query) =>
        query.Cursor<DeadLetterCursor>(text => DeadLetterCursor.TryParse(text, out var cursor) ? cursor : null);

    public static int Limit(this QueryReader query) => query.Number("limit", usual: 100, most: 1000);
}
