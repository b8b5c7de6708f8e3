using System.Buffers;
using System.IO.Pipelines;

namespace RideIngest.Platform.Hosting;

/// <summary>What goes out on one connection. Its last word may be put into it from outside; from then on it lets go whatever else is written.</summary>
internal sealed class ConnectionOutput(PipeWriter output) : PipeWriter
{
    private byte[]? _letGo;

    public override bool CanGetUnflushedBytes => output.CanGetUnflushedBytes;

    public override long UnflushedBytes => output.UnflushedBytes;

    public void EndWith(ReadOnlySpan<byte> lastWord)
    {
        output.Write(lastWord);
        _letGo = [];
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => _letGo is null ? output.GetMemory(sizeHint) : LetGo(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _letGo is null ? output.GetSpan(sizeHint) : LetGo(sizeHint);

    public override void Advance(int bytes)
    {
        if (_letGo is null)
            output.Advance(bytes);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => output.FlushAsync(cancellationToken);

    public override void CancelPendingFlush() => output.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => output.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => output.CompleteAsync(exception);

    private byte[] LetGo(int sizeHint)
    {
        const int Usual = 4096;
        if (_letGo!.Length < Math.Max(sizeHint, Usual))
            _letGo = new byte[Math.Max(sizeHint, Usual)];
        return _letGo;
    }
}
