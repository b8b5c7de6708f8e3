using RideIngest.Consumer;
using RideIngest.Hosting.Processes;

return await ServiceProcess.RunAsync("consumer", args, [new ConsumerModule()]);
