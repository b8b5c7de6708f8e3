using RideIngest.Hosting.Processes;
using RideIngest.Parking;
using RideIngest.Parking.Settings;

return await ServiceProcess.RunAsync("parking", args, [new ParkingModule(ParkingDefaults.Alone)]);
