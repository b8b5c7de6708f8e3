using System.Globalization;

namespace RideIngest.CheckIn.Events;

/// <summary>The times of event ids: UUIDs of version 7 begin with theirs.</summary>
internal static class EventIdTime
{
    public static DateTimeOffset TimeOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        long milliseconds = 0;
        foreach (var part in bytes[..6])
            milliseconds = (milliseconds << 8) | part;
        return milliseconds < DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : DateTimeOffset.MaxValue;
    }

    /// <summary>The least id of this time.</summary>
    public static Guid First(DateTimeOffset at)
    {
        var time = Math.Max(0, at.ToUnixTimeMilliseconds()).ToString("x12", CultureInfo.InvariantCulture);
        return Guid.ParseExact($"{time}{new string('0', 20)}", "N");
    }
}
