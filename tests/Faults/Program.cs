using RideIngest.Faults.Scenarios;

return await new Campaign(Console.Out).RunAsync(args);
