using RideIngest.Records.Bookings;
using RideIngest.Records.Kinds;
using Record = RideIngest.Records.Kinds.Record;

namespace RideIngest.Unit.Records;

public sealed class DigestTests
{
    // If this fails, every record that is stored already would be a conflict when it is sent again.
    [Fact]
    public void A_digest_is_the_same_in_every_version()
    {
        Assert.Equal("7d4c13db-40d0-35f6-cb6d-ce58a34d7492", GivenKinds.Bookings.Digest(GivenKinds.Bookings.Sample).ToString());
        Assert.Equal("cdfee792-759a-0212-5ed1-2bfa2dcfe530", GivenKinds.Rides.Digest(GivenKinds.Rides.Sample).ToString());
    }

    [Fact]
    public void Null_is_not_the_same_as_any_value()
    {
        var booking = (Booking)GivenKinds.Bookings.Sample;

        var digests = new[] { booking with
        {
            PackageId = null,
        }, booking with { PackageId = 0 }, booking with { FromCityId = 0 }, booking with { ToCityId = 0 } }
            .Select(GivenKinds.Bookings.Digest);

        Assert.Equal(4, digests.Distinct().Count());
    }

    [Fact]
    public void Zero_has_one_digest_whatever_its_sign()
    {
        var plus = GivenKinds.Bookings.Read(GivenKinds.BookingWith("to_lat", "0.0")).Record!;
        var minus = GivenKinds.Bookings.Read(GivenKinds.BookingWith("to_lat", "-0.0")).Record!;

        Assert.Equal(GivenKinds.Bookings.Digest(plus), GivenKinds.Bookings.Digest(minus));
    }

    [Fact]
    public void A_new_optional_field_anywhere_changes_no_digest_of_records_without_it()
    {
        var before = new Before().Digest(new BeforeRecord { Id = 9, First = 1, Second = 2 });

        Assert.Equal(before, new After().Digest(new AfterRecord { Id = 9, First = 1, Second = 2 }));
        Assert.NotEqual(before, new After().Digest(new AfterRecord { Id = 9, First = 1, Second = 2, New = 0 }));
    }

    private sealed record BeforeRecord : Record<long>
    {
        public int First { get; init; }
        public int Second { get; init; }
    }

    private sealed record AfterRecord : Record<long>
    {
        public long Second { get; init; }
        public int? New { get; init; }
        public int First { get; init; }
    }

    private sealed class Before() : Kind<BeforeRecord>("before", "tests", Field(r => r.First), Field(r => r.Second))
    {
        public override BeforeRecord Sample { get; } = new() { Id = 1 };
    }

    private sealed class After() : Kind<AfterRecord>("after", "tests", Field(r => r.Second), Field(r => r.New), Field(r => r.First))
    {
        public override AfterRecord Sample { get; } = new() { Id = 1 };
    }
}
