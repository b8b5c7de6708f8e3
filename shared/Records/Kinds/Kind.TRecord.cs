using System.Buffers;
using System.Data.Common;
using System.Linq.Expressions;
using System.Security.Cryptography;
using System.Text;
using RideIngest.Records.Fields;

namespace RideIngest.Records.Kinds;

/// <summary>
/// A kind defined by a list of fields. A new kind is a folder with a record, a class derived from this one, and the SQL of its table; the
/// <see cref="Catalog"/> finds it.
/// </summary>
public abstract class Kind<TRecord> : Kind
    where TRecord : Record, new()
{
    private const int MostFields = 64;
    private const int MostIdCharacters = 64;

    private readonly Field<TRecord>[] _fields;
    private readonly FieldNames _names;
    private readonly ulong _required;
    private readonly int _largestJson;
    private readonly int _largestDigest;
    private readonly byte[] _nameLine;

    /// <param name="name">The name as in <c>/v1/{kind}</c>, and the table's name.</param>
    /// <param name="schema">The schema in Postgres.</param>
    /// <param name="fields">All fields except the id, which every kind has.</param>
    protected Kind(string name, string schema, params Field<TRecord>[] fields)
        : base(name, schema)
    {
        _fields = [IdField(), .. fields];
        _names = new FieldNames(_fields);
        for (var i = 0; i < _fields.Length; i++)
            _required |= _fields[i].Required ? 1UL << i : 0;
        if (_fields.Length > MostFields)
            throw new ArgumentException($"Kind {name} has {_fields.Length} fields; the maximum is {MostFields}.");
        if (_fields.DistinctBy(field => field.Tag).Count() != _fields.Length)
            throw new ArgumentException($"Two fields of kind {name} have the same digest tag; rename the newer one.");
        _largestJson = _fields.Sum(field => field.JsonName.Length + field.LargestJson) + 1;
        _nameLine = Encoding.UTF8.GetBytes($"[{string.Join(',', _fields.Select(field => $"\"{field.Name}\""))}]");
        _largestDigest = _fields.Sum(field => field.LargestDigest);
        LargestCopy = _fields.Sum(field => field.LargestCopy);
        DigestOrder = [.. _fields.OrderBy(field => field.Tag)];
    }

    public sealed override string RecordName => typeof(TRecord).Name;

    public sealed override IReadOnlyList<Field> Fields => _fields;

    public sealed override int LargestCopy { get; }

    internal sealed override FieldNames Names => _names;

    private Field<TRecord>[] DigestOrder { get; }

    protected static IntegerField<TRecord, long> Field(Expression<Func<TRecord, long>> property) => new(new(property));

    protected static IntegerField<TRecord, long> Field(Expression<Func<TRecord, long?>> property) => new(new(property));

    protected static IntegerField<TRecord, int> Field(Expression<Func<TRecord, int>> property) => new(new(property));

    protected static IntegerField<TRecord, int> Field(Expression<Func<TRecord, int?>> property) => new(new(property));

    protected static NumberField<TRecord> Field(Expression<Func<TRecord, double>> property) => new(new(property));

    protected static NumberField<TRecord> Field(Expression<Func<TRecord, double?>> property) => new(new(property));

    protected static FlagField<TRecord> Field(Expression<Func<TRecord, bool>> property) => new(new(property));

    protected static FlagField<TRecord> Field(Expression<Func<TRecord, bool?>> property) => new(new(property));

    protected static InstantField<TRecord> Field(Expression<Func<TRecord, DateTimeOffset>> property) => new(new(property));

    protected static InstantField<TRecord> Field(Expression<Func<TRecord, DateTimeOffset?>> property) => new(new(property));

    protected static ChoiceField<TRecord, TEnum> Choice<TEnum>(Expression<Func<TRecord, TEnum>> property)
        where TEnum : struct, Enum => new(new(property));

    protected static ChoiceField<TRecord, TEnum> Choice<TEnum>(Expression<Func<TRecord, TEnum?>> property)
        where TEnum : struct, Enum => new(new(property));

    protected static TextField<TRecord> Text(Expression<Func<TRecord, string?>> property, int maxLength) => new(property, maxLength);

    /// <summary>Checks rules that concern more than one field. A field with an earlier problem keeps it.</summary>
    protected virtual void Check(TRecord record, ref FieldProblems problems)
    {
    }

    public sealed override Reading Read(ReadOnlySpan<byte> json) => new JsonRecordReader<TRecord>(this, _fields, _names).Read(json);

    internal sealed override Reading ReadRow(ReadOnlySpan<byte> json, RowNames names) =>
        new JsonRecordReader<TRecord>(this, _fields, _names).Read(json, names);

    public sealed override void WriteJson(Record record, IBufferWriter<byte> output)
    {
        var typed = (TRecord)record;
        var line = output.GetSpan(_largestJson);
        var length = 0;
        foreach (var field in _fields)
        {
            var value = field.WriteJson(typed, line[(length + field.JsonName.Length)..]);
            if (value == 0)
                continue;
            field.JsonName.CopyTo(line[length..]);
            length += field.JsonName.Length + value;
        }

        // Every name starts with a comma; the first comma becomes the opening brace.
        line[0] = (byte)'{';
        line[length++] = (byte)'}';
        output.Advance(length);
    }

    internal sealed override void WriteNames(IBufferWriter<byte> output) => output.Write(_nameLine);

    internal sealed override void WriteRow(Record record, IBufferWriter<byte> output)
    {
        var typed = (TRecord)record;
        var line = output.GetSpan(_largestJson);
        var length = 0;
        foreach (var field in _fields)
        {
            line[length] = length == 0 ? (byte)'[' : (byte)',';
            var value = field.WriteJson(typed, line[++length..]);
            if (value == 0)
            {
                "null"u8.CopyTo(line[length..]);
                value = "null"u8.Length;
            }
            length += value;
        }
        line[length++] = (byte)']';
        output.Advance(length);
    }

    public sealed override Guid Digest(Record record)
    {
        const int OnStack = 1024;
        var typed = (TRecord)record;
        var content = _largestDigest <= OnStack ? stackalloc byte[OnStack] : new byte[_largestDigest];
        var length = 0;
        foreach (var field in DigestOrder)
            length += field.WriteDigest(typed, content[length..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content[..length], hash);
        return new Guid(hash[..16], bigEndian: true);
    }

    public sealed override int WriteCopy(Record record, Span<byte> destination)
    {
        var typed = (TRecord)record;
        var length = 0;
        foreach (var field in _fields)
            length += field.WriteCopy(typed, destination[length..]);
        return length;
    }

    public sealed override Record Load(DbDataReader row)
    {
        var record = new TRecord();
        for (var column = 0; column < _fields.Length; column++)
            _fields[column].Load(record, row, column);
        return record;
    }

    internal sealed override RowParser StartRow() => new RowParser<TRecord>(this, _fields);

    /// <summary>Completes a record whose present fields are set: adds missing fields and applies the rules.</summary>
    internal Reading Finish(TRecord record, ulong seen, ref FieldProblems problems)
    {
        var missing = _required & ~seen;
        for (var i = 0; missing != 0; i++, missing >>= 1)
        {
            if ((missing & 1) != 0)
                problems.Add(_fields[i].Name, "is required");
        }
        Check(record, ref problems);
        return problems.Any ? Invalid(record, ref problems) : new Reading(record);
    }

    private static Field<TRecord> IdField()
    {
        if (typeof(TRecord).IsAssignableTo(typeof(Record<long>)))
            return Field(record => ((Record<long>)(Record)record).Id).AtLeast(1);
        return Text(record => ((Record<string>)(Record)record).Id, MostIdCharacters)
            .Matching($"^[A-Za-z0-9._:-]{{1,{MostIdCharacters}}}$", $"1 to {MostIdCharacters} letters, digits or . _ : -")
            .OrInteger();
    }

    internal static Reading Invalid(TRecord record, ref FieldProblems problems) => new(record.Key, problems.All);
}
