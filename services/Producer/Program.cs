using RideIngest.Hosting.Processes;
using RideIngest.Producer;

return await ServiceProcess.RunAsync("producer", args, [new ProducerModule()]);
