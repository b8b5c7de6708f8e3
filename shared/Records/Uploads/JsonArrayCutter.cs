using System.Buffers;
using RideIngest.Records.Kinds;

namespace RideIngest.Records.Uploads;

/// <summary>
/// Cuts one JSON array into elements by brackets and strings only, so that an invalid element ends at its comma. An element that leaves a
/// bracket or a string open invalidates the rest, because its end is unknown.
/// </summary>
internal sealed class JsonArrayCutter(Kind kind, int longest) : UploadCutter(kind, longest)
{
    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"[]{},"u8);
    private static readonly SearchValues<byte> InString = SearchValues.Create("\"\\"u8);

    private bool _opened;
    private bool _closed;
    private bool _first = true;
    private long _scanned;
    private int _depth;
    private bool _inString;
    private bool _escaped;
    private bool _tooLong;

    protected override bool Cut(ref ReadOnlySequence<byte> buffer, bool complete, out Uploaded uploaded)
    {
        while (true)
        {
            if (_scanned == 0 && !_tooLong)
                SkipSpace(ref buffer);
            if (_scanned >= buffer.Length)
                return More(ref buffer, complete, out uploaded);
            if (_closed)
            {
                uploaded = End("there is content after the end of the array");
                return true;
            }
            if (!_opened)
            {
                if (buffer.FirstSpan[0] != '[')
                {
                    uploaded = End("the upload must be a JSON array");
                    return true;
                }
                _opened = true;
                Consume(ref buffer, 1);
                continue;
            }
            if (!ScanToEnd(buffer, out var closes))
            {
                if (_tooLong || _scanned > Longest)
                {
                    // Report the problem now; drop the rest of the record as it arrives.
                    var reported = _tooLong;
                    uploaded = reported ? default : TooLong(IdIn(buffer));
                    Consume(ref buffer, _scanned);
                    (_scanned, _tooLong) = (0, true);
                    if (!reported)
                        return true;
                }
                return More(ref buffer, complete, out uploaded);
            }
            if (Take(ref buffer, closes, out uploaded))
                return true;
        }
    }

    private bool More(ref ReadOnlySequence<byte> buffer, bool complete, out Uploaded uploaded)
    {
        uploaded = default;
        if (!complete || _closed)
            return false;
        if (_scanned == 0 || _tooLong)
            uploaded = End(_opened ? "the upload ends before the end of its array" : "the upload is empty; a JSON array is expected");
        else if (_depth > 0 || _inString)
            uploaded = End(WholeProblem(IdIn(buffer), "the upload ends inside this record"));
        else
        {
            // The last record is complete; the next call reports that the array does not end.
            uploaded = Element(buffer);
            Consume(ref buffer, _scanned);
            _scanned = 0;
        }
        return true;
    }

    private Uploaded Element(in ReadOnlySequence<byte> buffer) =>
        _scanned > Longest ? TooLong(IdIn(buffer)) : Record(Kind.Read(Join(buffer.Slice(0, _scanned))));

    /// <summary>Takes the element of <see cref="_scanned"/> bytes and the delimiter after it.</summary>
    private bool Take(ref ReadOnlySequence<byte> buffer, bool closes, out Uploaded uploaded)
    {
        var empty = _scanned == 0;
        var nothing = _tooLong || (empty && closes && _first);
        uploaded = nothing ? default
            : empty ? Record("is missing: there is a comma without a record")
            : Element(buffer);
        Consume(ref buffer, _scanned + 1);
        (_scanned, _tooLong, _first, _closed) = (0, false, false, closes);
        return !nothing;
    }

    private static bool IsSpace(byte b) => b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    private void SkipSpace(ref ReadOnlySequence<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var first = buffer.FirstSpan;
            if (!first.IsEmpty && !IsSpace(first[0]))
                return;
            var end = first.IndexOfAnyExcept(" \t\r\n"u8);
            Consume(ref buffer, end < 0 ? first.Length : end);
        }
    }

    /// <summary>Scans to the comma or bracket that ends the element.</summary>
    private bool ScanToEnd(in ReadOnlySequence<byte> buffer, out bool closes)
    {
        foreach (var segment in buffer.Slice(_scanned))
        {
            var span = segment.Span;
            for (var i = 0; i < span.Length;)
            {
                if (_escaped)
                {
                    _escaped = false;
                    i++;
                    continue;
                }
                var next = span[i..].IndexOfAny(_inString ? InString : Structure);
                if (next < 0)
                    break;
                i += next;
                if (Ends(span[i], out closes))
                {
                    _scanned += i;
                    return true;
                }
                i++;
            }
            _scanned += span.Length;
        }
        closes = false;
        return false;
    }

    private bool Ends(byte b, out bool closes)
    {
        closes = false;
        switch (b)
        {
            case (byte)'\\':
                _escaped = true;
                return false;
            case (byte)'"':
                _inString = !_inString;
                return false;
            case (byte)'[' or (byte)'{':
                _depth++;
                return false;
            case (byte)',':
                return _depth == 0;
            default:
                closes = _depth == 0 && b == ']';
                _depth = Math.Max(0, _depth - 1);
                return closes;
        }
    }
}
