using System.Globalization;
using RideIngest.Parking.Events;
using RideIngest.Parking.Settings;

namespace RideIngest.Parking.Gates;

/// <summary>
/// The traffic that both gates report: a function of the seed and the clock, so that they need no channel between them. Vehicles enter at
/// even intervals and leave after a random stay; further exits have no entry, because the entry gate could not read the plate.
/// </summary>
internal sealed class GateTraffic(GatesSettings settings, double rate)
{
    private const double ShareWithEntry = 0.8;

    private readonly Ticks _entering = new(rate * ShareWithEntry);
    private readonly Ticks _unread = new(rate * (1 - ShareWithEntry));

    /// <summary>Vehicles that entered after an instant and up to another, in that order.</summary>
    public IEnumerable<Vehicle> Entering(DateTimeOffset after, DateTimeOffset until) => _entering.Between(after, until).Select(Vehicle);

    /// <summary>Vehicles that are inside at an instant.</summary>
    public IEnumerable<Vehicle> Inside(DateTimeOffset at) =>
        Entering(at - (settings.Stay * 1.5), at).Where(vehicle => vehicle.LeftAt > at);

    /// <summary>Exits without an entry, in the order of time.</summary>
    public IEnumerable<Exit> Unread(DateTimeOffset after, DateTimeOffset until) =>
        _unread.Between(after, until).Select(at => new Exit
        {
            Id = Invariant($"u-{settings.Seed}-{Micros(at)}"),
            VehiclePlate = PlateOf(at, salt: 3),
            ExitDateTime = at,
        });

    private Vehicle Vehicle(DateTimeOffset enteredAt)
    {
        var share = 0.5 + (Mix(Micros(enteredAt), salt: 1) / (double)ulong.MaxValue);
        var leftAt = enteredAt + TimeSpan.FromMicroseconds((long)(settings.Stay.TotalMicroseconds * share));
        var plate = PlateOf(enteredAt, salt: 2);
        return new(
            new Entry { Id = Invariant($"e-{settings.Seed}-{Micros(enteredAt)}"), VehiclePlate = plate, EntryDateTime = enteredAt },
            new Exit
            {
                Id = Invariant($"x-{settings.Seed}-{Micros(enteredAt)}-{Micros(leftAt)}"),
                VehiclePlate = plate,
                ExitDateTime = leftAt,
            });
    }

    private string PlateOf(DateTimeOffset at, ulong salt)
    {
        var random = Mix(Micros(at), salt);
        return string.Create(10, random, static (plate, left) =>
        {
            // Such as KA01AB1234.
            for (var place = 0; place < plate.Length; place++)
            {
                var (first, many) = place is 0 or 1 or 4 or 5 ? ('A', 26UL) : ('0', 10UL);
                plate[place] = (char)(first + (int)(left % many));
                left /= many;
            }
        });
    }

    private static long Micros(DateTimeOffset at) => (at - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>SplitMix64: random bits for a time.</summary>
    private ulong Mix(long micros, ulong salt)
    {
        var bits = ((ulong)micros * 4) + salt + ((ulong)settings.Seed << 56);
        bits += 0x9E3779B97F4A7C15;
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }

    /// <summary>Instants at a rate, counted from the epoch, so that every process has the same.</summary>
    private sealed class Ticks(double perSecond)
    {
        public IEnumerable<DateTimeOffset> Between(DateTimeOffset after, DateTimeOffset until)
        {
            for (var number = Number(after) + 1; ; number++)
            {
                var at = DateTimeOffset.UnixEpoch.AddMicroseconds(Math.Floor(number / perSecond * 1e6));
                if (at > until)
                    yield break;
                if (at > after)
                    yield return at;
            }
        }

        private long Number(DateTimeOffset at) => (long)Math.Floor(Micros(at) / 1e6 * perSecond) - 1;
    }
}

/// <summary>A vehicle that both gates read.</summary>
internal sealed record Vehicle(Entry Entry, Exit Exit)
{
    public DateTimeOffset LeftAt => Exit.ExitDateTime;
}
