using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Streams.Nats;

namespace RideIngest.Console.Overview;

/// <summary>A stream of a system.</summary>
/// <param name="System">The first part of its subjects.</param>
/// <param name="Messages">Frames that wait or are in hand.</param>
/// <param name="Oldest">The age of the oldest of them.</param>
/// <param name="PerSecond">Frames per second that came in since the last look; null at the first.</param>
internal sealed record StreamLine(string Name, string System, long Messages, long Bytes, TimeSpan Oldest, double? PerSecond);

/// <summary>Looks at the streams of all systems, at most once a second.</summary>
internal sealed class StreamSurvey(INatsConnection nats, ServerClock clock) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _one = new(1);
    private readonly Dictionary<string, (ulong Sequence, long At)> _last = [];
    private IReadOnlyList<StreamLine>? _lines;
    private long _lookedAt;

    /// <returns>Null if NATS does not answer.</returns>
    public async Task<IReadOnlyList<StreamLine>?> LookAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_lines is not null && TimeProvider.System.GetElapsedTime(_lookedAt) < Fresh)
                return _lines;
            _lines = await AskAsync(cancellationToken);
            _lookedAt = TimeProvider.System.GetTimestamp();
            return _lines;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<IReadOnlyList<StreamLine>?> AskAsync(CancellationToken cancellationToken)
    {
        if (nats.ConnectionState != NatsConnectionState.Open)
            return null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswersWithin);
        try
        {
            var lines = new List<StreamLine>();
            var asked = clock.Here;
            await foreach (var stream in new NatsJSContext(nats).ListStreamsAsync(cancellationToken: limit.Token))
            {
                var state = stream.Info.State;
                var oldest = ServerClock.AgeOfFirst(state, clock.Read(stream.Info, asked));
                var name = stream.Info.Config.Name!;
                var subject = stream.Info.Config.Subjects?.FirstOrDefault() ?? name;
                lines.Add(new(name, subject.Split('.')[0], state.Messages, state.Bytes, oldest, Rate(name, (ulong)state.LastSeq)));
            }
            return [.. lines.OrderBy(line => line.Name, StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is NatsException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    private double? Rate(string name, ulong sequence)
    {
        var now = TimeProvider.System.GetTimestamp();
        var known = _last.TryGetValue(name, out var last);
        _last[name] = (sequence, now);
        return known && sequence >= last.Sequence
            ? (sequence - last.Sequence) / Math.Max(TimeProvider.System.GetElapsedTime(last.At, now).TotalSeconds, 0.1)
            : null;
    }
}
