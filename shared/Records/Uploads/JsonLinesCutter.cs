using System.Buffers;
using RideIngest.Records.Fields;
using RideIngest.Records.Kinds;

namespace RideIngest.Records.Uploads;

/// <summary>Cuts JSON lines: one record per line. Blank lines are skipped, and the last line needs no line end.</summary>
internal sealed class JsonLinesCutter(Kind kind, int longest) : UploadCutter(kind, longest)
{
    private bool _skipping;

    protected override bool Cut(ref ReadOnlySequence<byte> buffer, bool complete, out Uploaded uploaded)
    {
        while (!buffer.IsEmpty)
        {
            if (!_skipping && !IsSearched && SkipBlankLines(ref buffer))
                continue;
            var ended = FindLineEnd(buffer, out var length);
            if (!ended && !complete && length <= Longest && !_skipping)
                break;
            var line = buffer.Slice(0, length);
            var consumed = ended ? length + 1 : length;
            if (_skipping || length > Longest)
            {
                // Report the problem now; drop the rest of the line as it arrives.
                var reported = _skipping;
                _skipping = !ended;
                uploaded = reported ? default : TooLong(IdIn(line));
                Consume(ref buffer, consumed);
                if (!reported)
                    return true;
                continue;
            }
            var json = Join(line);
            if (json.IndexOfAnyExcept(" \t\r"u8) < 0)
            {
                Consume(ref buffer, consumed);
                continue;
            }
            var reading = Kind.Read(json);
            uploaded = Record(ended ? reading : Unended(reading));
            Consume(ref buffer, consumed);
            return true;
        }
        uploaded = default;
        return false;
    }

    /// <summary>Skips many blank lines at once, because an upload may hold a long run of them.</summary>
    private bool SkipBlankLines(ref ReadOnlySequence<byte> buffer)
    {
        var first = buffer.FirstSpan;
        var content = first.IndexOfAnyExcept(" \t\r\n"u8);
        var lastEnd = (content < 0 ? first : first[..content]).LastIndexOf((byte)'\n');
        if (lastEnd >= 0)
            Consume(ref buffer, lastEnd + 1);
        return lastEnd >= 0;
    }

    private static Reading Unended(Reading reading) => reading.IsValid
        ? reading
        : new Reading(
            reading.Id, [.. reading.Problems, new FieldProblem("", "is the last line and has no end: the upload may have been cut off")]);
}
