using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace NATS.Client.Core;

/// <summary>Unique ids of 22 characters: twelve random ones per thread, and a counter with random steps.</summary>
public sealed class Nuid
{
    private const int Length = 22;
    private const int PrefixLength = 12;
    private const int Base = 62;
    private const long MaxSequence = 839299365868340224; // Base to the power of Length - PrefixLength
    private const int MinStep = 33;
    private const int MaxStep = 333;

    [ThreadStatic]
    private static Nuid? _ofThisThread;

    private readonly char[] _prefix = new char[PrefixLength];
    private long _sequence;
    private int _step;

    private Nuid() => Renew();

    private static ReadOnlySpan<char> Digits => "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public static string NewNuid() => string.Create(Length, _ofThisThread ??= new Nuid(), static (target, nuid) => nuid.Next(target));

    [SkipLocalsInit]
    private void Next(Span<char> target)
    {
        _sequence += _step;
        if (_sequence >= MaxSequence)
            Renew();

        _prefix.CopyTo(target);
        var rest = _sequence;
        for (var i = Length - 1; i >= PrefixLength; i--)
        {
            target[i] = Digits[(int)(rest % Base)];
            rest /= Base;
        }
    }

    private void Renew()
    {
        RandomNumberGenerator.GetItems(Digits, _prefix);
        _sequence = Random.Shared.NextInt64(MaxSequence);
        _step = Random.Shared.Next(MinStep, MaxStep);
    }
}
