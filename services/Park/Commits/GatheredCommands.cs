using RideIngest.Streams.Gathering;

namespace RideIngest.Park.Commits;

/// <summary>Commands that gather for one commit.</summary>
internal sealed class GatheredCommands : IGatheredFrame<PendingCommand>
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<PendingCommand> _commands = [];

    public int Count => _commands.Count;

    public bool IsSettled => _ended.Task.IsCompleted;

    public Task Ended => _ended.Task;

    public IReadOnlyList<PendingCommand> Commands => _commands;

    public void Add(PendingCommand item) => _commands.Add(item);

    public void End() => _ended.TrySetResult();
}
