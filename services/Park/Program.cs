using RideIngest.Hosting.Processes;
using RideIngest.Park;
using RideIngest.Park.Settings;

return args switch
{
    // Listens on any free port, so that it runs beside the service.
    ["rebuild", .. var rest] => await ServiceProcess.RunAsync(
        "park-rebuild", ["--urls=http://127.0.0.1:0", "--logging:level=warning", .. rest], [new RebuildModule()]),
    _ => await ServiceProcess.RunAsync("park", args, [new ParkModule(ParkDefaults.Alone)]),
};
