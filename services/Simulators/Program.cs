using RideIngest.Hosting.Processes;
using RideIngest.Simulators;

return await ServiceProcess.RunAsync("simulators", args, [new SimulatorsModule()]);
