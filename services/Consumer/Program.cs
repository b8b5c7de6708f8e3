using RideIngest.Consumer;
using RideIngest.Platform.Hosting;

return await ServiceProcess.RunAsync("consumer", args, [new ConsumerModule()]);
