namespace RideIngest.Park.Folds;

/// <summary>The words of answers and of the database.</summary>
internal static class Words
{
    public static string Word(this BoardingMode boarding) => boarding switch
    {
        BoardingMode.Clock => "clock",
        _ => "reported",
    };

    public static string Word(this OperatingStatus status) => status switch
    {
        OperatingStatus.Operating => "operating",
        OperatingStatus.Down => "down",
        OperatingStatus.Closed => "closed",
        _ => "suspected",
    };

    /// <returns>Null if there is no such status.</returns>
    public static OperatingStatus? StatusOf(string? word) =>
        Enum.GetValues<OperatingStatus>().Cast<OperatingStatus?>().FirstOrDefault(status => status!.Value.Word() == word);
}
