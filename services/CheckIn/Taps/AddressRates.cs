using System.Net;
using System.Threading.RateLimiting;
using RideIngest.CheckIn.Settings;
using RideIngest.Hosting.Problems;

namespace RideIngest.CheckIn.Taps;

/// <summary>Limits the taps per second of each address, for senders without a key that has a rate.</summary>
internal sealed class AddressRates(CheckInSettings settings) : IDisposable
{
    private readonly PartitionedRateLimiter<IPAddress> _limits = PartitionedRateLimiter.Create<IPAddress, IPAddress>(
        address => settings.TapsPerAddress == 0
            ? RateLimitPartition.GetNoLimiter(address)
            : RateLimitPartition.GetTokenBucketLimiter(address, _ => new()
            {
                TokenLimit = settings.TapsPerAddress,
                TokensPerPeriod = settings.TapsPerAddress,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            }));

    /// <summary>Counts a tap; returns a problem if there are too many.</summary>
    public Problem? Take(HttpContext http)
    {
        using var lease = _limits.AttemptAcquire(http.Connection.RemoteIpAddress ?? IPAddress.None);
        return lease.IsAcquired ? null : new Problem(429, "rate-limit", "The address's rate limit is used up")
        {
            Detail = $"An address may send {settings.TapsPerAddress} taps per second (checkin.taps_per_address).",
            Retryable = true,
            RetryAfter = TimeSpan.FromSeconds(1),
        };
    }

    public void Dispose() => _limits.Dispose();
}
