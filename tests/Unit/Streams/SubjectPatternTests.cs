using RideIngest.Streams.Setup;

namespace RideIngest.Unit.Streams;

public sealed class SubjectPatternTests
{
    [Theory]
    [InlineData("a.b", "a.b", true)]
    [InlineData("a.b", "a.c", false)]
    [InlineData("a.b", "a", false)]
    [InlineData("a", "a.b", false)]
    [InlineData("a.*", "a.b", true)]
    [InlineData("a.*", "a.*", true)]
    [InlineData("a.*", "a.b.c", false)]
    [InlineData("a.*", "a.>", false)]
    [InlineData("a.b", "a.*", false)]
    [InlineData("a.>", "a.b.c", true)]
    [InlineData("a.>", "a.>", true)]
    [InlineData("a.>", "a.*.c", true)]
    [InlineData("a.>", "a", false)]
    [InlineData(">", "a", true)]
    public void A_pattern_covers_a_subject_that_matches_nothing_else(string pattern, string subject, bool covers) =>
        Assert.Equal(covers, SubjectPattern.Covers(pattern, subject));
}
