using System.Buffers;
using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RideIngest.Producer.Answers;

/// <summary>Holds results as the bytes of the answer, which take a fraction of the memory of the results themselves.</summary>
internal sealed class HeldResults : IDisposable
{
    private const int PieceSize = 16 * 1024;

    private static readonly PipeOptions Unlimited = new(
        pauseWriterThreshold: 0, resumeWriterThreshold: 0, minimumSegmentSize: PieceSize, useSynchronizationContext: false);

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly Pipe _bytes = new(Unlimited);
    private readonly Utf8JsonWriter _json;
    private readonly AnswerShare _share;
    private long _taken;
    private long _written;

    public HeldResults(AnswerShare share) => (_share, _json) = (share, new Utf8JsonWriter(_bytes.Writer, Json));

    public int Count { get; private set; }

    public void Add(in UploadResult result)
    {
        if (Count++ > 0)
        {
            _bytes.Writer.Write(","u8);
            _written++;
        }
        result.Write(_json);
        _json.Flush();
        _written += _json.BytesCommitted;
        _json.Reset();
    }

    /// <summary>Completes a number of additions.</summary>
    public async ValueTask FlushAsync()
    {
        await _bytes.Writer.FlushAsync();
        _share.Take(_written - _taken);
        _taken = _written;
    }

    /// <summary>Writes the results, separated by commas, and releases the memory of what is written.</summary>
    public async Task WriteToAsync(PipeWriter output, CancellationToken cancellationToken)
    {
        while (_bytes.Reader.TryRead(out var read))
        {
            var piece = read.Buffer.First;
            output.Write(piece.Span);
            var isLast = piece.Length == read.Buffer.Length;
            _bytes.Reader.AdvanceTo(read.Buffer.GetPosition(piece.Length));
            _share.Free(piece.Length);
            if (!isLast)
                await output.FlushAsync(cancellationToken);
        }
    }

    public void Dispose()
    {
        _json.Dispose();
        _bytes.Writer.Complete();
        _bytes.Reader.Complete();
        _share.Dispose();
    }
}
