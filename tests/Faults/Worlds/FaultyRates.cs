using RideIngest.Hosting.Processes;
using RideIngest.Simulators;
using RideIngest.Simulators.Rates;

namespace RideIngest.Faults.Worlds;

/// <summary>The exchange-rate API that the casino asks, and what is wrong with it.</summary>
internal sealed class FaultyRates : IAsyncDisposable
{
    private readonly RideIngestHost _host;
    private readonly RatesSimulator _simulator;

    private FaultyRates(RideIngestHost host) =>
        (_host, _simulator) = (host, host.Services.GetService(typeof(RatesSimulator)) as RatesSimulator
            ?? throw new InvalidOperationException());

    public string Url => _host.Urls[0] + RatesSimulator.Path;

    public RatesFault Fault
    {
        get => _simulator.Fault;
        set => _simulator.Fault = value;
    }

    public static async Task<FaultyRates> StartAsync()
    {
        var host = RideIngestHost.Create(
            "simulators", ["--urls", "http://127.0.0.1:0", "--logging:level=fatal", "--hosting:drain=1s"], new SimulatorsModule());
        await host.StartAsync();
        return new FaultyRates(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await _host.DisposeAsync();
    }
}
