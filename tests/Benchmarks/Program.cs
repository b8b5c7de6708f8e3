using RideIngest.Benchmarks.Bookings;
using RideIngest.Benchmarks.Bookings.Peers;
using RideIngest.Benchmarks.Casino;
using RideIngest.Benchmarks.CheckIn;
using RideIngest.Benchmarks.Park;
using RideIngest.Benchmarks.Parking;

return args switch
{
    ["peer", "parking", var nats, var postgres, var file] => await ParkingPeer.RunAsync(nats, postgres, file),
    ["peer", "taps", var postgres] => await TapPeer.RunAsync(postgres),
    ["peer", "park", var postgres] => await ParkPeer.RunAsync(postgres),
    ["peer", "relay", var nats, var postgres] => await RelayPeer.RunAsync(nats, postgres),
    ["peer", var name, var nats, var postgres] => await PeerProcess.RunAsync(name, nats, postgres),
    [] or [['-', '-', ..], ..] => await BookingsComparison.RunAsync(args),
    ["casino", .. var rest] => await CasinoBenchmark.RunAsync(rest),
    ["parking", .. var rest] => await ParkingBenchmark.RunAsync(rest),
    ["checkin", .. var rest] => await CheckInBenchmark.RunAsync(rest),
    ["park", .. var rest] => await ParkBenchmark.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        usage: dotnet run -c Release --project tests/Benchmarks [-- [--rounds N] [--seconds N] [--only TEXT] [--long]]
               dotnet run -c Release --project tests/Benchmarks -- casino [SECONDS]
               dotnet run -c Release --project tests/Benchmarks -- parking [--long]
               dotnet run -c Release --project tests/Benchmarks -- checkin [--long]
               dotnet run -c Release --project tests/Benchmarks -- park [--long]

          (nothing)  bookings from POST to Postgres, beside other ways of doing it; --long adds ten million rows beside a hundred thousand
          casino     the casino's five roles in one process: events a second, what they cost, and how soon they are counted
          parking    parking's roles in one process, from the stream to a synced line, beside a lean peer; --long adds ten million visits
          checkin    taps and the relay, beside lean peers; --long adds a million events that wait, and a purge of ten million
          park       joining and leaving beside a lean peer, reads beside 5,000 commands a second, and ten thousand live clients; --long
                     adds ten million events beside one million
        """);
    return 2;
}
