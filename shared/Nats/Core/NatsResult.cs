namespace NATS.Client.Core;

/// <summary>What happened, where an exception would cost too much: success, or the error.</summary>
public readonly struct NatsResult
{
    private readonly Exception? _error;

    public NatsResult()
    {
    }

    public NatsResult(Exception error) => _error = error;

    public static NatsResult Default { get; }

    public Exception Error => _error ?? throw new InvalidOperationException("There is no error in a success");

    public bool Success => _error is null;

    public static implicit operator NatsResult(Exception error) => new(error);
}

/// <summary>What happened, where an exception would cost too much: the value, or the error.</summary>
public readonly struct NatsResult<T>
{
    private readonly T? _value;
    private readonly Exception? _error;

    public NatsResult(T? value) => _value = value;

    public NatsResult(Exception error) => _error = error;

    public T? Value => _error is null ? _value : throw new InvalidOperationException("There is no value in a failure", _error);

    public Exception Error => _error ?? throw new InvalidOperationException("There is no error in a success");

    public bool Success => _error is null;

    public static implicit operator NatsResult<T>(T? value) => new(value);

    public static implicit operator NatsResult<T>(Exception error) => new(error);
}
