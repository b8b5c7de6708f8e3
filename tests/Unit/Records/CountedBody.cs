using System.Buffers;
using System.IO.Pipelines;

namespace RideIngest.Unit.Records;

/// <summary>
/// A body that counts the work done on it: it lies in pieces of a few bytes, which are counted whenever one is looked at.
/// </summary>
internal sealed class CountedBody : PipeReader
{
    private const int PieceLength = 8;

    private readonly int _read;
    private readonly ReadOnlySequence<byte> _body;
    private long _arrived;
    private long _consumed;

    /// <param name="read">Bytes that arrive with each read.</param>
    internal CountedBody(byte[] body, int read)
    {
        _read = read;
        var first = new Piece(this, body.AsMemory(0, Math.Min(PieceLength, body.Length)));
        var last = first;
        for (var at = PieceLength; at < body.Length; at += PieceLength)
            last = new Piece(this, body.AsMemory(at, Math.Min(PieceLength, body.Length - at)), last);
        _body = new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    internal long BytesLookedAt { get; private set; }

    public override bool TryRead(out ReadResult result)
    {
        _arrived = Math.Min(_arrived + _read, _body.Length);
        result = new ReadResult(_body.Slice(_consumed, _arrived - _consumed), isCanceled: false, isCompleted: _arrived == _body.Length);
        return true;
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        TryRead(out var result) ? ValueTask.FromResult(result) : default;

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => _consumed = _body.Slice(0, consumed).Length;

    public override void CancelPendingRead()
    {
    }

    public override void Complete(Exception? exception = null)
    {
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        internal Piece(CountedBody body, Memory<byte> bytes, Piece? before = null)
        {
            Memory = new Counted(body, bytes).Memory;
            if (before is null)
                return;
            RunningIndex = before.RunningIndex + before.Memory.Length;
            before.Next = this;
        }
    }

    private sealed class Counted(CountedBody body, Memory<byte> bytes) : MemoryManager<byte>
    {
        public override Memory<byte> Memory => CreateMemory(bytes.Length);

        public override Span<byte> GetSpan()
        {
            body.BytesLookedAt += bytes.Length;
            return bytes.Span;
        }

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
