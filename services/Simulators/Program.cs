using RideIngest.Platform.Hosting;
using RideIngest.Simulators;

return await ServiceProcess.RunAsync("simulators", args, [new SimulatorsModule()]);
