using RideIngest.Hosting.Access;
using RideIngest.Hosting.Problems;

namespace RideIngest.Simulators.Rates;

/// <summary>
/// A simulated exchange-rate API with constant rates: <c>GET /simulators/rates/latest?base=EUR</c>. <c>PUT
/// /simulators/rates/fault/{fault}</c> sets a fault, or clears it with <c>none</c>; if keys are required, it needs the scope <c>ops</c>.
/// </summary>
public sealed class RatesSimulator
{
    /// <summary>The base path; the rates are at <c>/latest</c> below it.</summary>
    public const string Path = "/simulators/rates";

    private const string Answer = """{"base":"EUR","rates":{"EUR":1,"USD":1.0684,"GBP":0.8571,"NZD":1.7391,"BTC":0.000016}}""";
    private static readonly TimeSpan SlowAnswer = TimeSpan.FromSeconds(5);

    private static readonly string[] Garbage =
    [
        "",
        "<html><body>Service temporarily unavailable</body></html>",
        Answer[..(Answer.Length / 2)],
        "[1,2,3]",
        Answer.Replace("1.0684", "0", StringComparison.Ordinal),
        Answer.Replace("1.0684", "\"1.0684\"", StringComparison.Ordinal),
        Answer.Replace("1.0684", "1e300", StringComparison.Ordinal),
        Answer.Replace("\"NZD\":1.7391,", "", StringComparison.Ordinal),
        Answer.Replace("\"base\":\"EUR\"", "\"base\":\"USD\"", StringComparison.Ordinal),
    ];

    private int _asked;

    /// <summary>The current fault.</summary>
    public RatesFault Fault { get; set; }

    /// <summary>The number of requests for rates.</summary>
    public int Asked => _asked;

    internal void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet($"{Path}/latest", (Delegate)LatestAsync).Public();
        endpoints.MapGet($"{Path}/fault", () => Fault.ToString().ToLowerInvariant()).Public();
        endpoints.MapPut($"{Path}/fault/{{fault}}", Switch).Needs(Scopes.Ops);
    }

    private async Task<IResult> LatestAsync(HttpContext http)
    {
        var asked = Interlocked.Increment(ref _asked);
        switch (Fault)
        {
            case RatesFault.Errors:
                return Results.StatusCode(500);
            case RatesFault.Garbage:
                return Results.Text(Garbage[asked % Garbage.Length], "application/json");
            case RatesFault.Slow:
                await Task.Delay(SlowAnswer, http.RequestAborted);
                break;
            case RatesFault.Silent:
                await Task.Delay(Timeout.Infinite, http.RequestAborted);
                break;
        }
        return http.Request.Query["base"] == "EUR" ? Results.Text(Answer, "application/json") : Problem.OfStatus(400) with
        {
            Detail = "The only supported base is EUR: ?base=EUR.",
        };
    }

    private IResult Switch(string fault)
    {
        if (!Enum.TryParse<RatesFault>(fault, ignoreCase: true, out var wanted) || !Enum.IsDefined(wanted))
            return Problem.OfStatus(422) with
            {
                Detail = $"The fault must be one of {string.Join(", ", Enum.GetNames<RatesFault>()).ToLowerInvariant()}.",
            };
        Fault = wanted;
        return Results.NoContent();
    }
}
