using RideIngest.Hosting.Processes;
using RideIngest.Standalone;
using RideIngest.Standalone.Servers;

var servers = new PrivateServers();
return await ServiceProcess.RunAsync("standalone", args, Composition.Of(servers), servers.StartAsync);
