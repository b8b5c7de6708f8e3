namespace RideIngest.CheckIn.Events;

/// <summary>The rule for ids of employees.</summary>
internal static class EmployeeId
{
    public const int Shortest = 3;
    public const int Longest = 50;
    public const string Rule = "must have 3 to 50 letters and digits";

    public static bool IsValid(string text) =>
        text.Length is >= Shortest and <= Longest && text.All(char.IsAsciiLetterOrDigit);
}
