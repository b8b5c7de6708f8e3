namespace RideIngest.CheckIn.Taps;

internal static class RecordStateText
{
    public static string Word(this RecordState state) => state switch
    {
        RecordState.Open => "open",
        RecordState.Closed => "closed",
        _ => "open_ended",
    };
}
