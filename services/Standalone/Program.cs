using RideIngest.Platform.Hosting;
using RideIngest.Standalone;

var servers = new PrivateServers();
return await ServiceProcess.RunAsync("standalone", args, Composition.Of(servers), servers.StartAsync);
