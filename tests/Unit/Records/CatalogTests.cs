using RideIngest.Records.Kinds;

namespace RideIngest.Unit.Records;

public sealed class CatalogTests
{
    [Fact]
    public void It_finds_the_kinds_there_are() =>
        Assert.Superset(new HashSet<string> { "bookings", "rides" }, new Catalog().Kinds.Select(kind => kind.Name).ToHashSet());

    [Fact]
    public void A_kind_of_another_assembly_is_added_by_hand() => Assert.True(GivenKinds.Catalog.Find("notes", out _));

    [Fact]
    public void A_kind_that_does_not_exist_is_named_with_those_that_do() =>
        Assert.Contains(
            string.Join(", ", new Catalog().Kinds), Assert.Throws<KeyNotFoundException>(() => new Catalog()["boats"]).Message,
            StringComparison.Ordinal);
}
