using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using RideIngest.Records.Kinds;

namespace RideIngest.Records.Uploads;

/// <summary>
/// Reads an upload record by record, in memory bounded by <paramref name="longestRecord"/> and in time linear in its length, for any input.
/// An invalid record is one item with its problems, and reading continues after it. If the upload itself is malformed or cut off, the last
/// item says so.
/// </summary>
public sealed class UploadReader(Kind kind, UploadFormat format, int longestRecord = UploadReader.DefaultLongestRecord)
{
    public const int DefaultLongestRecord = 64 * 1024;

    /// <exception cref="OperationCanceledException">The token was cancelled. No record is read after that, even if it has
    /// arrived.</exception>
    public async IAsyncEnumerable<Uploaded> ReadAsync(
        PipeReader body, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        UploadCutter cutter = format switch
        {
            UploadFormat.JsonArray => new JsonArrayCutter(kind, longestRecord),
            UploadFormat.JsonLines => new JsonLinesCutter(kind, longestRecord),
            UploadFormat.Csv => new CsvCutter(kind, longestRecord),
            _ => throw new InvalidOperationException($"There is no upload format {format}."),
        };
        while (!cutter.Ended)
        {
            var (result, broken) = await NextAsync(body, cancellationToken);
            if (broken is not null)
            {
                yield return cutter.CutOff(broken.Message) with { Broken = broken };
                yield break;
            }
            var buffer = result.Buffer;
            try
            {
                while (cutter.Next(ref buffer, result.IsCompleted, out var uploaded))
                {
                    yield return uploaded;
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }
            finally
            {
                // Runs even if the caller stops enumerating, so that the server can drain the rest of the body.
                body.AdvanceTo(buffer.Start, buffer.End);
            }
            if (result.IsCompleted)
                yield break;
        }
    }

    // A client that disconnects shows as an IOException.
    private static async ValueTask<(ReadResult Result, IOException? Broken)> NextAsync(PipeReader body, CancellationToken cancellationToken)
    {
        try
        {
            return (await body.ReadAsync(cancellationToken), null);
        }
        catch (IOException broken)
        {
            return (default, broken);
        }
    }
}
