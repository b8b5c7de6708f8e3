Console.WriteLine("RideIngest benchmarks");
