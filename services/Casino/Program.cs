using RideIngest.Casino;
using RideIngest.Platform.Hosting;

// Standard output belongs to the events.
return await ServiceProcess.RunAsync("casino", ["--logging:stream=stderr", .. args], [new CasinoModule(CasinoDefaults.Alone)]);
