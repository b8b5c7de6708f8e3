using System.Collections.Concurrent;
using System.Diagnostics;

namespace RideIngest.Faults.Load;

/// <summary>Every record that was sent, and every answer. Beside it in a file, every request and every byte that was answered.</summary>
internal sealed class Ledger : IDisposable
{
    private readonly ConcurrentDictionary<long, List<Attempt>> _attempts = new();
    private readonly ConcurrentBag<ForeignFrame> _foreign = [];
    private readonly ConcurrentBag<string> _nonsense = [];
    private readonly long _since = Stopwatch.GetTimestamp();
    private readonly StreamWriter? _file;
    private long _lastId;

    /// <param name="firstId">Ledgers of one database begin far from each other.</param>
    public Ledger(string? file = null, long firstId = 1)
    {
        (_file, _lastId) = (file is null ? null : new StreamWriter(file), firstId - 1);
    }

    public IReadOnlyDictionary<long, List<Attempt>> Records => _attempts;

    /// <summary>What was published past the producers.</summary>
    public IReadOnlyCollection<ForeignFrame> Frames => _foreign;

    /// <summary>Answers that the contract does not know, word for word.</summary>
    public IReadOnlyCollection<string> NonsenseAnswers => _nonsense;

    public IEnumerable<Attempt> Attempts => _attempts.Values.SelectMany(attempts => attempts);

    /// <summary>Events that the stream still had when a process that counts had been killed: its successor counts them.</summary>
    public HashSet<long> Left { get; } = [];

    /// <summary>Whether a process was killed, whose work in hand went with it.</summary>
    public bool Killed { get; set; }

    public int Now => (int)Stopwatch.GetElapsedTime(_since).TotalMilliseconds;

    public long LastId => Volatile.Read(ref _lastId);

    /// <summary>The first of so many ids that nobody has had.</summary>
    public long TakeIds(int count = 1) => Interlocked.Add(ref _lastId, count) - count + 1;

    public void Add(long id, Attempt attempt)
    {
        var attempts = _attempts.GetOrAdd(id, static _ => new List<Attempt>(1));
        lock (attempts)
            attempts.Add(attempt);
    }

    public void Add(ForeignFrame frame) => _foreign.Add(frame);

    public void AddNonsense(string what) => _nonsense.Add(what);

    /// <summary>Writes an exchange down as it was.</summary>
    public void Write(int sent, int answered, string to, string request, string answer)
    {
        if (_file is null)
            return;
        lock (_file)
            _file.WriteLine($"{sent}\t{answered}\t{to}\t{request}\t{answer.ReplaceLineEndings(" ")}");
    }

    public void Dispose() => _file?.Dispose();
}

/// <summary>A frame that was published past the producers, and that the stream has taken.</summary>
/// <param name="Ids">Of the bookings in it, version 0 of each.</param>
internal sealed record ForeignFrame(byte[] Payload, IReadOnlyList<long> Ids);
