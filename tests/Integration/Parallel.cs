// The suite mostly waits: for servers, time-outs and redeliveries.
[assembly: CollectionBehavior(MaxParallelThreads = 16)]
