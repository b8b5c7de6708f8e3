using RideIngest.Platform.Hosting;
using RideIngest.Producer;

return await ServiceProcess.RunAsync("producer", args, [new ProducerModule()]);
