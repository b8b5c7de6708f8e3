using System.Buffers;
using RideIngest.Records.Fields;
using RideIngest.Records.Kinds;

namespace RideIngest.Records.Uploads;

/// <summary>Cuts an upload into records as its bytes come, and keeps count of where it is.</summary>
internal abstract class UploadCutter(Kind kind, int longest)
{
    private bool _begun;
    private long _index;
    private long _searched;
    private long _line = 1;
    private byte[] _joined = [];

    protected Kind Kind => kind;

    protected int Longest => longest;

    /// <summary>Where the buffer begins in the upload.</summary>
    protected long Offset { get; private set; }

    /// <summary>The buffer's beginning was searched for a line end before.</summary>
    protected bool IsSearched => _searched > 0;

    /// <summary>Nothing more can be read of this upload.</summary>
    internal bool Ended { get; private set; }

    /// <summary>Takes the next record off the buffer's beginning. False: what is left needs more bytes, or there is no more.</summary>
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
    /// Finds the length of the line that the buffer begins with. False, with all that there is, when its end has not arrived; that is not
    /// searched again.
    /// </summary>
    protected bool FindLineEnd(in ReadOnlySequence<byte> buffer, out long length)
    {
        var end = buffer.Slice(_searched).PositionOf((byte)'\n');
        length = _searched = end is { } at ? buffer.Slice(0, at).Length : buffer.Length;
        return end is not null;
    }

    /// <summary>The outcome of the record that begins here.</summary>
    protected Uploaded Record(Reading reading) => new(_index++, _line, Offset, reading);

    protected Uploaded Record(string problem) => Record(new Reading(problem));

    protected Uploaded TooLong(long? id) => Record(WholeProblem(id, TooLongBy));

    protected Uploaded End(Reading reading)
    {
        Ended = true;
        return new(_index, _line, Offset, reading, EndsUpload: true);
    }

    protected Uploaded End(string problem) => End(new Reading(problem));

    protected static Reading WholeProblem(long? id, string problem) => new(id, [new FieldProblem("", problem)]);

    protected string TooLongBy => $"is longer than {longest} bytes";

    /// <summary>The id of a record that is too long or not all there, if that is among the first bytes.</summary>
    protected long? IdIn(in ReadOnlySequence<byte> json) => Kind.Read(Join(json.Slice(0, Math.Min(json.Length, longest)))).Id;

    /// <summary>The piece in one span; copied only if it lies across segments. Good until the next call.</summary>
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
