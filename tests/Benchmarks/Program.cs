using RideIngest.Benchmarks.Bookings;
using RideIngest.Benchmarks.Bookings.Peers;
using RideIngest.Benchmarks.Casino;

return args switch
{
    ["peer", var name, var nats, var postgres] => await PeerProcess.RunAsync(name, nats, postgres),
    [] or [['-', '-', ..], ..] => await BookingsComparison.RunAsync(args),
    ["casino", .. var rest] => await CasinoBenchmark.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        usage: dotnet run -c Release --project tests/Benchmarks [-- [--rounds N] [--seconds N] [--only TEXT] [--long]]
               dotnet run -c Release --project tests/Benchmarks -- casino [SECONDS]

          (nothing)  bookings from POST to Postgres, beside other ways of doing it; --long adds ten million rows beside a hundred thousand
          casino     the casino's five roles in one process: events a second, what they cost, and how soon they are counted
        """);
    return 2;
}
