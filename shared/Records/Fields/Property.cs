using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json;

namespace RideIngest.Records.Fields;

/// <summary>
/// Accesses a record's property without reflection or boxing after construction. A nullable property is an optional field.
/// </summary>
internal sealed class Property<TRecord, TValue>
    where TValue : struct
{
    private readonly Func<TRecord, TValue>? _get;
    private readonly Action<TRecord, TValue>? _set;
    private readonly Func<TRecord, TValue?>? _getOptional;
    private readonly Action<TRecord, TValue?>? _setOptional;

    internal Property(Expression<Func<TRecord, TValue>> property)
    {
        var found = PropertyName.Of(property.Body);
        (Name, Required) = (PropertyName.AsField(found), true);
        _get = found.GetMethod!.CreateDelegate<Func<TRecord, TValue>>();
        _set = found.SetMethod!.CreateDelegate<Action<TRecord, TValue>>();
    }

    internal Property(Expression<Func<TRecord, TValue?>> property)
    {
        var found = PropertyName.Of(property.Body);
        Name = PropertyName.AsField(found);
        _getOptional = found.GetMethod!.CreateDelegate<Func<TRecord, TValue?>>();
        _setOptional = found.SetMethod!.CreateDelegate<Action<TRecord, TValue?>>();
    }

    internal string Name { get; }

    internal bool Required { get; }

    internal bool TryGet(TRecord record, out TValue value)
    {
        if (_get is not null)
        {
            value = _get(record);
            return true;
        }
        var optional = _getOptional!(record);
        value = optional.GetValueOrDefault();
        return optional.HasValue;
    }

    internal void Set(TRecord record, TValue value)
    {
        if (_set is not null)
            _set(record, value);
        else
            _setOptional!(record, value);
    }
}

internal static class PropertyName
{
    internal static PropertyInfo Of(Expression body) =>
        body is MemberExpression { Member: PropertyInfo { CanRead: true, CanWrite: true } found }
            ? found
            : throw new ArgumentException($"A field needs a property with a getter and a setter, not {body}.");

    internal static string AsField(PropertyInfo property) => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
}
