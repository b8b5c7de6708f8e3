namespace NATS.Client.Core;

/// <summary>Chains serializers: each hands to the next what it does not know.</summary>
public class NatsSerializerBuilder<T>
{
    private readonly List<INatsSerializer<T>> _serializers = [];

    public NatsSerializerBuilder<T> Add(INatsSerializer<T> serializer)
    {
        _serializers.Add(serializer);
        return this;
    }

    public INatsSerializer<T> Build()
    {
        if (_serializers.Count == 0)
            return NatsDefaultSerializer<T>.Default;

        var chain = _serializers[^1];
        for (var i = _serializers.Count - 2; i >= 0; i--)
            chain = _serializers[i].CombineWith(chain);
        return chain;
    }
}
