using System.Buffers;
using System.IO.Pipelines;
using RideIngest.Records.Kinds;

namespace RideIngest.Producer.Intake;

/// <summary>Reads a body that is one record, without copying it if it is in one segment.</summary>
internal static class RecordBody
{
    /// <summary>Returns null if the body is longer than <paramref name="longest"/> bytes.</summary>
    public static ValueTask<Reading?> ReadAsync(HttpRequest request, Kind kind, long longest)
    {
        if (request.ContentLength > longest)
            return default;
        return request.BodyReader.TryRead(out var read) && read.IsCompleted
            ? new ValueTask<Reading?>(Take(request.BodyReader, read.Buffer, kind, longest))
            : WaitAsync(request.BodyReader, kind, longest, read);
    }

    private static async ValueTask<Reading?> WaitAsync(PipeReader body, Kind kind, long longest, ReadResult read)
    {
        // A default result was not returned by TryRead; any other must be released before the next read.
        if (!read.Buffer.IsEmpty)
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        while (true)
        {
            read = await body.ReadAsync();
            if (read.IsCompleted || read.Buffer.Length > longest)
                return Take(body, read.Buffer, kind, longest);
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static Reading? Take(PipeReader body, in ReadOnlySequence<byte> bytes, Kind kind, long longest)
    {
        if (bytes.Length > longest)
        {
            body.AdvanceTo(bytes.End);
            return null;
        }
        var reading = bytes.IsSingleSegment ? kind.Read(bytes.FirstSpan) : Join(bytes, kind);
        body.AdvanceTo(bytes.End);
        return reading;
    }

    private static Reading Join(in ReadOnlySequence<byte> bytes, Kind kind)
    {
        var joined = ArrayPool<byte>.Shared.Rent((int)bytes.Length);
        bytes.CopyTo(joined);
        try
        {
            return kind.Read(joined.AsSpan(0, (int)bytes.Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(joined);
        }
    }
}
