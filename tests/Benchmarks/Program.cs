using RideIngest.Benchmarks.Bookings;
using RideIngest.Benchmarks.Bookings.Peers;
using RideIngest.Benchmarks.Casino;
using RideIngest.Benchmarks.Nats;

return args switch
{
    ["nats", .. var rest] => await NatsComparison.RunAsync(rest),
    ["nats-round", var url, .. var names] => await NatsRound.RunAsync(url, names),
    ["peer", var name, var nats, var postgres] => await PeerProcess.RunAsync(name, nats, postgres),
    [] or [['-', '-', ..], ..] => await BookingsComparison.RunAsync(args),
    ["casino", .. var rest] => await CasinoBenchmark.RunAsync(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        usage: dotnet run -c Release --project tests/Benchmarks [-- [--rounds N] [--seconds N] [--only TEXT] [--long]]
               dotnet run -c Release --project tests/Benchmarks -- nats [--rounds N] [--against DLL] [--only TEXT] [--url URL]
               dotnet run -c Release --project tests/Benchmarks -- casino [SECONDS]

          (nothing)  bookings from POST to Postgres, beside other ways of doing it; --long adds ten million rows beside a hundred thousand
          nats       the NATS client, row by row, beside NATS.Net where a build of it stands ready (see docs/benchmarks.md)
          casino     the casino's five roles in one process: events a second, what they cost, and how soon they are counted
        """);
    return 2;
}
