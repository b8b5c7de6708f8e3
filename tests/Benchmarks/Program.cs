using RideIngest.Benchmarks.Nats;

return args switch
{
    ["nats", .. var rest] => await NatsComparison.RunAsync(rest),
    ["nats-round", var url, .. var names] => await NatsRound.RunAsync(url, names),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        usage: dotnet run -c Release --project tests/Benchmarks -- nats [--rounds N] [--against DLL] [--only TEXT] [--url URL]

          nats       the NATS client, row by row, beside NATS.Net where a build of it stands ready (see docs/benchmarks.md)
        """);
    return 2;
}
