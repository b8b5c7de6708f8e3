using System.Buffers;
using RideIngest.Records.Fields;
using RideIngest.Records.Kinds;

namespace RideIngest.Records.Uploads;

/// <summary>Cuts an upload into records as its bytes arrive, and tracks the position.</summary>
internal abstract class UploadCutter(Kind kind, int longest)
{
    private bool _begun;
    private long _index;
    private long _searched;
    private long _line = 1;
    private byte[] _joined = [];

    protected Kind Kind => kind;

    protected int Longest => longest;

    /// <summary>The offset of the buffer in the upload.</summary>
    protected long Offset { get; private set; }

    /// <summary>Whether the start of the buffer was already searched for a line end.</summary>
    protected bool IsSearched => _searched > 0;

    /// <summary>Whether nothing more can be read of this upload.</summary>
    internal bool Ended { get; private set; }

    /// <summary>
    /// Takes the next record from the start of the buffer. Returns false if more bytes are needed or the upload has ended.
    /// </summary>
    internal bool Next(ref ReadOnlySequence<byte> buffer, bool complete, out Uploaded uploaded)
    {
        uploaded = default;
        return !Ended && (_begun || Begin(ref buffer, complete, out uploaded)) && (Ended || Cut(ref buffer, complete, out uploaded));
    }

    internal Uploaded CutOff(string reason) => End($"the upload was cut off: {reason.TrimEnd('.')}");

    protected abstract bool Cut(ref ReadOnlySequence<byte> buffer, bool complete, out Uploaded uploaded);

    protected void Consume(ref ReadOnlySequence<byte> buffer, long length)
    {
        foreach (var segment in buffer.Slice(0, length))
            _line += segment.Span.Count((byte)'\n');
        Offset += length;
        _searched = 0;
        buffer = buffer.Slice(length);
    }

    /// <summary>
    /// Finds the length of the first line in the buffer. Returns false, with the length of the buffer, if its end has not arrived; those
    /// bytes are not searched again.
    /// </summary>
    protected bool FindLineEnd(in ReadOnlySequence<byte> buffer, out long length)
    {
        var end = buffer.Slice(_searched).PositionOf((byte)'\n');
        length = _searched = end is { } at ? buffer.Slice(0, at).Length : buffer.Length;
        return end is not null;
    }

    /// <summary>Makes the item of the record that begins here.</summary>
    protected Uploaded Record(Reading reading) => new(_index++, _line, Offset, reading);

    protected Uploaded Record(string problem) => Record(new Reading(problem));

    protected Uploaded TooLong(RecordId id) => Record(WholeProblem(id, TooLongBy)) with { IsTooLong = true };

    protected Uploaded End(Reading reading)
    {
        Ended = true;
        return new(_index, _line, Offset, reading, EndsUpload: true);
    }

    protected Uploaded End(string problem) => End(new Reading(problem));

    protected static Reading WholeProblem(RecordId id, string problem) => new(id, [new FieldProblem("", problem)]);

    protected string TooLongBy => $"is longer than {longest} bytes";

    /// <summary>The id of a record that is too long or incomplete, if the id is among its first bytes.</summary>
    protected RecordId IdIn(in ReadOnlySequence<byte> json) => Kind.Read(Join(json.Slice(0, Math.Min(json.Length, longest)))).Id;

    /// <summary>Returns the piece as one span, copied only if it is in several segments. Valid until the next call.</summary>
    protected ReadOnlySpan<byte> Join(in ReadOnlySequence<byte> piece)
    {
        if (piece.IsSingleSegment)
            return piece.FirstSpan;
        if (_joined.Length < piece.Length)
            _joined = new byte[Math.Max(longest, piece.Length)];
        piece.CopyTo(_joined);
        return _joined.AsSpan(0, (int)piece.Length);
    }

    private bool Begin(ref ReadOnlySequence<byte> buffer, bool complete, out Uploaded uploaded)
    {
        uploaded = default;
        if (buffer.Length < 3 && !complete)
            return false;
        _begun = true;
        Span<byte> start = stackalloc byte[3];
        start = start[..(int)Math.Min(3, buffer.Length)];
        buffer.Slice(0, start.Length).CopyTo(start);
        if (start.SequenceEqual("\uFEFF"u8))
            Consume(ref buffer, 3);
        else if (Foreign.Encoding(start) is { } encoding)
            uploaded = End($"the upload {encoding}");
        return true;
    }
}
