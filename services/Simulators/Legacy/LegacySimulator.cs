using System.Globalization;
using System.Text.Json;
using System.Threading.RateLimiting;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Problems;

namespace RideIngest.Simulators.Legacy;

/// <summary>
/// A simulated API that records labour costs, and honours <c>Idempotency-Key</c>: <c>POST /simulators/legacy/api/labor-cost</c>.
/// <c>GET /simulators/legacy/effects?employee_id=</c> lists what it recorded. <c>PUT /simulators/legacy/fault/{fault}</c> sets a fault, or
/// clears it with <c>none</c>; <c>quota</c> takes a rate, such as <c>?rate=5</c>. Both need the scope <c>ops</c> if keys are required.
/// </summary>
public sealed class LegacySimulator : IDisposable
{
    /// <summary>The base path.</summary>
    public const string Path = "/simulators/legacy";

    private const int UsualQuota = 5;

    private static readonly TimeSpan SlowAnswer = TimeSpan.FromSeconds(3);

    private static readonly Dictionary<string, LegacyFault> Faults = Enum.GetValues<LegacyFault>()
        .ToDictionary(fault => JsonNamingPolicy.KebabCaseLower.ConvertName(fault.ToString()));

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly LegacyEffects _effects = new();
    private volatile TokenBucketRateLimiter? _quota;
    private volatile LegacyFault _fault;
    private int _calls;

    /// <summary>The number of calls, refused ones included.</summary>
    public int Calls => _calls;

    /// <summary>Returns the effects for an employee, or all, in the order in which they were recorded.</summary>
    public IReadOnlyList<LegacyEffect> Effects(string? employee = null) => _effects.Of(employee);

    /// <param name="rate">Calls per second of <see cref="LegacyFault.Quota"/>.</param>
    public void Set(LegacyFault fault, int rate = UsualQuota)
    {
        _quota?.Dispose();
        _quota = fault != LegacyFault.Quota ? null : new(new()
        {
            TokenLimit = rate,
            TokensPerPeriod = rate,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        });
        _fault = fault;
    }

    public void Dispose() => _quota?.Dispose();

    internal void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost($"{Path}/api/labor-cost", (Delegate)RecordAsync).Public();
        endpoints.MapGet($"{Path}/effects", (string? employee_id) => Results.Json(new { Items = Effects(employee_id) }, Json))
            .Needs(Scopes.Ops);
        endpoints.MapGet($"{Path}/fault", () => Faults.First(known => known.Value == _fault).Key).Public();
        endpoints.MapPut($"{Path}/fault/{{fault}}", Switch).Needs(Scopes.Ops);
    }

    private async Task<IResult> RecordAsync(HttpContext http)
    {
        Interlocked.Increment(ref _calls);
        if (_fault == LegacyFault.Errors)
            return Results.Text("The ledger is locked", statusCode: 500);
        if (_fault == LegacyFault.Reject)
            return Results.Text("The period is closed", statusCode: 422);
        if (_quota is { } quota && !quota.AttemptAcquire().IsAcquired)
        {
            http.Response.Headers.RetryAfter = "1";
            return Results.Text("Too many calls", statusCode: 429);
        }
        var posted = await http.Request.ReadFromJsonAsync<LaborCost>(Json, http.RequestAborted);
        if (posted is not { EmployeeId.Length: > 0 })
            return Results.Text("employee_id is missing", statusCode: 400);
        var key = http.Request.Headers["Idempotency-Key"] is [{ Length: > 0 } given] ? given : null;
        _effects.Add(new(key, posted.EmployeeId, posted.HoursWorked, posted.RecordedAt, DateTimeOffset.UtcNow, Calls: 1));
        switch (_fault)
        {
            case LegacyFault.Slow:
                await Task.Delay(SlowAnswer, http.RequestAborted);
                break;
            case LegacyFault.Silent:
                await Task.Delay(Timeout.Infinite, http.RequestAborted);
                break;
            case LegacyFault.DropAnswer:
                http.Abort();
                break;
        }
        return Results.Created((string?)null, value: null);
    }

    private IResult Switch(string fault, string? rate)
    {
        if (!Faults.TryGetValue(fault, out var wanted))
            return Problem.OfStatus(422) with { Detail = $"The fault must be one of {string.Join(", ", Faults.Keys)}." };
        var quota = UsualQuota;
        if (rate is not null && (!int.TryParse(rate, NumberStyles.None, CultureInfo.InvariantCulture, out quota) || quota == 0))
            return Problem.OfStatus(422) with { Detail = "The rate must be a number of calls per second, from 1." };
        Set(wanted, quota);
        return Results.NoContent();
    }

    private sealed record LaborCost(string EmployeeId, double HoursWorked, DateTimeOffset RecordedAt);
}
