using RideIngest.CheckIn;
using RideIngest.CheckIn.Settings;
using RideIngest.Hosting.Processes;

// Commands listen on any free port, so that they run beside the service.
string[] anyPort = ["--urls=http://127.0.0.1:0", "--logging:level=warning"];

return args switch
{
    ["purge", .. var rest] => await ServiceProcess.RunAsync("checkin-purge", [.. anyPort, .. rest], [new PurgeModule()]),
    ["replay", .. var rest] => await ServiceProcess.RunAsync(
        "checkin-replay", [.. anyPort, .. rest.Select(item => item is "--dry-run" or "--again" ? $"{item}=true" : item)],
        [new ReplayModule()]),
    _ => await ServiceProcess.RunAsync("checkin", args, [new CheckInModule(CheckInDefaults.Alone)]),
};
