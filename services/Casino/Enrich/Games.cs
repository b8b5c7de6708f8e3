namespace RideIngest.Casino.Enrich;

/// <summary>The games by their ids.</summary>
internal static class Games
{
    private static readonly Dictionary<long, string> Titles = new()
    {
        [100] = "Rocket Dice",
        [101] = "It's bananas!",
        [102] = "Wild Spin",
        [103] = "Book of Dead",
        [104] = "Pirate Jackpots",
        [105] = "Western Gold 2",
        [106] = "Super Rainbow Megaways",
        [107] = "#BarsAndBells",
        [108] = "Fortune Three",
        [109] = "ChilliPop",
    };

    /// <summary>The game's title; one that is not known goes by its number.</summary>
    public static string Title(long? game) => game is { } id && Titles.TryGetValue(id, out var title) ? title : $"#{game}";
}
