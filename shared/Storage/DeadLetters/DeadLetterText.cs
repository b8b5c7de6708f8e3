using System.Globalization;
using System.Text;
using Dapper;
using Npgsql;

namespace RideIngest.Storage.DeadLetters;

/// <summary>The search for a text, ignoring the case of ASCII letters, in what <c>ops.dead_letter_text</c> returns for a letter.</summary>
internal static class DeadLetterText
{
    /// <summary>
    /// The condition of the index <c>dead_letters_text</c>; its parameter is <c>@text</c>, from <see cref="Pattern"/>.
    /// </summary>
    public const string Condition = "ops.dead_letter_text(key, code, message, payload) like @text";

    /// <summary>
    /// The letters that are searched without the index at first, because a text that many letters contain is found in the first ones, and
    /// the index would return all.
    /// </summary>
    public const int Window = 2000;

    /// <summary>The letters that one page searches if there is no index, or if it would return too many.</summary>
    public const int LargeWindow = 20_000;

    /// <summary>With more letters in the first window, the index would return too many.</summary>
    public const int Rare = 3;

    // Missing until an operator has created pg_trgm; see 004_operators.sql.
    private const string HasIndex =
        "select exists (select from pg_index where indexrelid = to_regclass('ops.dead_letters_text') and indisvalid)";

    public static Task<bool> HasIndexAsync(NpgsqlConnection connection) => connection.ExecuteScalarAsync<bool>(HasIndex);

    /// <summary>Returns the pattern of letters that contain a text.</summary>
    public static string Pattern(string text)
    {
        var pattern = new StringBuilder("%");
        foreach (var one in Encoding.UTF8.GetBytes(text))
        {
            // As encode(…, 'escape') writes a byte, with what is special in a pattern escaped.
            pattern.Append(one switch
            {
                (byte)'\\' => @"\\\\",
                (byte)'%' => @"\%",
                (byte)'_' => @"\_",
                0 or > 127 => $@"\\{Convert.ToString(one, 8).PadLeft(3, '0')}",
                _ => char.ToLowerInvariant((char)one).ToString(CultureInfo.InvariantCulture),
            });
        }
        return pattern.Append('%').ToString();
    }
}
