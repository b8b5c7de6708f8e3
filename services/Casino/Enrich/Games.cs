namespace RideIngest.Casino.Enrich;

/// <summary>The titles of the games.</summary>
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

    /// <summary>The game's title; for an unknown game, its number.</summary>
    public static string Title(long? game) => game is { } id && Titles.TryGetValue(id, out var title) ? title : $"#{game}";
}
