using Dapper;

namespace RideIngest.Storage.DeadLetters;

/// <summary>
/// The conditions of a filter as SQL. Only those that are set are in it: with conditions that may be null, Postgres would plan for none of
/// the indexes.
/// </summary>
internal sealed class DeadLetterConditions
{
    private readonly List<string> _conditions = [];

    public DeadLetterConditions(DeadLetterFilter filter)
    {
        Equal("system", filter.System);
        Equal("stage", filter.Stage);
        Equal("kind", filter.Kind);
        Equal("class", Word(filter.Class));
        Equal("code", filter.Code);
        Equal("fingerprint", filter.Fingerprint);
        Equal("state", Word(filter.State));
        Equal("key", DeadLetterInsert.Indexed(filter.Key));
        Equal("trace_id", filter.TraceId);
        if (filter.Owed is { } owed)
            Add(owed ? "owed > 0" : "owed = 0");
        if (filter.Text is { } text)
            Add(DeadLetterText.Condition, ("text", DeadLetterText.Pattern(text)));
    }

    public DynamicParameters Parameters { get; } = new();

    /// <summary>The where clause; empty if every letter is selected.</summary>
    public string Where => _conditions.Count == 0 ? "" : $"where {string.Join(" and ", _conditions)}";

    /// <summary>The conditions after others.</summary>
    public string And => string.Concat(_conditions.Select(condition => $" and {condition}"));

    /// <summary>A value as the table has it.</summary>
    public static string? Word<T>(T? value) where T : struct, Enum => value?.ToString().ToLowerInvariant();

    /// <summary>Selects the letters of a list after a position.</summary>
    public void After(DeadLetterCursor cursor) => Add("(last_at, id) < (@at, @id)", ("at", cursor.LastAt), ("id", cursor.Id));

    public void Add(string condition, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        _conditions.Add(condition);
        foreach (var (name, value) in parameters)
            Parameters.Add(name, value);
    }

    private void Equal(string column, string? value)
    {
        if (value is not null)
            Add($"{column} = @{column}", (column, value));
    }
}
