namespace RideIngest.Producer.Answers;

/// <summary>What one upload holds of the <see cref="AnswerMemory"/>.</summary>
internal sealed class AnswerShare(AnswerMemory memory) : IDisposable
{
    /// <summary>Bytes held. The limit is checked before a frame's outcomes, not before each of them.</summary>
    internal long Held { get; set; }

    /// <summary>Whether the upload waits until others free some of the common half.</summary>
    internal bool Waits { get; set; }

    public void Take(long bytes) => memory.Set(this, Held + bytes);

    public void Free(long bytes) => memory.Set(this, Held - bytes);

    /// <summary>Whether more may be held now.</summary>
    public bool HasRoom => memory.HasRoom(this);

    /// <summary>Waits until more may be held. Returns false if that cannot be expected.</summary>
    public ValueTask<bool> HasRoomAsync(CancellationToken cancellationToken) => memory.WaitAsync(this, cancellationToken);

    public void Dispose() => memory.Set(this, 0);
}
