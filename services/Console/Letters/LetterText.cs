namespace RideIngest.Console.Letters;

/// <summary>Text of an operator as Postgres takes it.</summary>
internal static class LetterText
{
    public static string Of(string text) => text.Replace('\0', '\uFFFD').Trim();
}
