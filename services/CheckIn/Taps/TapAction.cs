namespace RideIngest.CheckIn.Taps;

/// <summary>What a tap that counts does.</summary>
internal enum TapAction
{
    CheckedIn,
    CheckedOut,
}

internal static class TapActionText
{
    private const string In = "checked_in";

    public static string Word(this TapAction action) => action == TapAction.CheckedIn ? In : "checked_out";

    public static TapAction Read(string word) => word == In ? TapAction.CheckedIn : TapAction.CheckedOut;
}
