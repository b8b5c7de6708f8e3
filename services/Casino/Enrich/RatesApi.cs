using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using RideIngest.Casino.Events;
using RideIngest.Casino.Settings;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Processes;

namespace RideIngest.Casino.Enrich;

/// <summary>Calls <c>GET {url}/latest?base=EUR</c> and validates the answer.</summary>
internal sealed class RatesApi(CasinoSettings settings, CasinoDefaults defaults, IServer server) : IDisposable
{
    private const decimal Least = 0.000001m;
    private const decimal Most = 1_000_000_000;

    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(2) })
    {
        MaxResponseContentBufferSize = 1 << 20,
        Timeout = Timeout.InfiniteTimeSpan,
    };

    // Null for rates that this process serves itself, at an address that is known only later.
    private readonly string? _url = settings.Rates.Url is null && defaults.RatesPath is null
        ? throw new SettingsException(
            "casino.rates.url: the role currency needs an exchange-rate API. A good value: https://rates.example.com")
        : settings.Rates.Url?.TrimEnd('/');

    public string Url => _url ?? OwnAddress.Of(server) + defaults.RatesPath;

    /// <returns>The price of one EUR in each known currency.</returns>
    /// <exception cref="RatesException">The API is unavailable, or its answer is invalid.</exception>
    public async Task<IReadOnlyDictionary<string, decimal>> GetAsync(CancellationToken cancellationToken)
    {
        try
        {
            var key = settings.Rates.AccessKey is { } secret ? $"&access_key={Uri.EscapeDataString(secret)}" : "";
            using var answer = await _http.GetAsync(new Uri($"{Url}/latest?base={Currencies.Euro}{key}"), cancellationToken);
            if (!answer.IsSuccessStatusCode)
                throw new RatesException($"it answers {(int)answer.StatusCode}");
            return Read(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UriFormatException)
        {
            throw new RatesException(e.GetBaseException().Message, e);
        }
    }

    public void Dispose() => _http.Dispose();

    private static Dictionary<string, decimal> Read(byte[] answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            if (json.RootElement.GetProperty("base").GetString() != Currencies.Euro)
                throw new RatesException($"its rates are not for {Currencies.Euro}");
            var given = json.RootElement.GetProperty("rates");
            var rates = new Dictionary<string, decimal>();
            foreach (var currency in Currencies.All.Where(currency => currency != Currencies.Euro))
            {
                var rate = given.GetProperty(currency).GetDecimal();

                // Compared in hundredths of the smallest unit, so that the price of BTC does not matter.
                if (rate <= 0 || rate * Currencies.UnitsOf(currency) / 100 is < Least or > Most)
                    throw new RatesException($"it says that a {Currencies.Euro} is {rate} {currency}");
                rates[currency] = rate;
            }
            return rates;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new RatesException("its answer has no rates for all of our currencies", e);
        }
    }
}

/// <summary>The exchange-rate API is unavailable, or its answer is invalid.</summary>
internal sealed class RatesException(string reason, Exception? inner = null) : Exception(reason, inner);
