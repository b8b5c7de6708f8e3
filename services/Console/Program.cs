using RideIngest.Console;
using RideIngest.Hosting.Processes;

return await ServiceProcess.RunAsync("console", args, [new ConsoleModule()]);
