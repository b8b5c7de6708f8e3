using RideIngest.Casino;
using RideIngest.Casino.Settings;
using RideIngest.Hosting.Processes;

// Standard output is reserved for events.
return await ServiceProcess.RunAsync("casino", ["--logging:stream=stderr", .. args], [new CasinoModule(CasinoDefaults.Alone)]);
