using System.Buffers;
using System.Data.Common;
using System.Text;
using RideIngest.Records.Fields;

namespace RideIngest.Records.Kinds;

/// <summary>
/// Describes a record type: name, fields and rules. Code for records of any kind uses this class; <see cref="Kind{TRecord}"/> implements it
/// from a list of fields.
/// </summary>
public abstract class Kind
{
    private protected Kind(string name, string schema)
    {
        Name = name;
        Schema = schema;
    }

    /// <summary>The name, as in <c>/v1/{kind}</c> and <c>rides.ingest.{kind}</c>.</summary>
    public string Name { get; }

    /// <summary>The name of a single record, such as <c>Booking</c>.</summary>
    public abstract string RecordName { get; }

    /// <summary>The schema in Postgres. The table's numbered SQL files are embedded resources in the kind's namespace.</summary>
    public string Schema { get; }

    /// <summary>The fields in declared order, which is also the order of columns and of canonical JSON. The first is the id.</summary>
    public abstract IReadOnlyList<Field> Fields { get; }

    /// <summary>A valid record, for documentation and tests.</summary>
    public abstract Record Sample { get; }

    /// <summary>
    /// Reads one JSON object: syntax, types, ranges and rules in one pass. Never throws because of the input. A field given twice is a
    /// problem; an unknown name is ignored, unless it resembles a missing field.
    /// </summary>
    public abstract Reading Read(ReadOnlySpan<byte> json);

    /// <summary>Writes the record as canonical JSON on one line: declared order, absent values left out, no line end.</summary>
    public abstract void WriteJson(Record record, IBufferWriter<byte> output);

    /// <summary>Returns canonical JSON as text.</summary>
    public string Json(Record record)
    {
        var json = new ArrayBufferWriter<byte>();
        WriteJson(record, json);
        return Encoding.UTF8.GetString(json.WrittenSpan);
    }

    /// <summary>
    /// 128 bits of SHA-256 over the typed record: the same for every spelling of the same content, in every process and version. Absent
    /// values are skipped, so that a new optional field changes no existing digest.
    /// </summary>
    public abstract Guid Digest(Record record);

    /// <summary>Reads a record from a JSON array whose values are in the order of <paramref name="names"/>.</summary>
    internal abstract Reading ReadRow(ReadOnlySpan<byte> json, RowNames names);

    /// <summary>Writes the field names as a JSON array.</summary>
    internal abstract void WriteNames(IBufferWriter<byte> output);

    /// <summary>Writes the record's values in the same order as a JSON array, null for an absent value.</summary>
    internal abstract void WriteRow(Record record, IBufferWriter<byte> output);

    internal abstract FieldNames Names { get; }

    internal abstract RowParser StartRow();

    /// <summary>The most bytes that <see cref="WriteCopy"/> writes.</summary>
    public abstract int LargestCopy { get; }

    /// <summary>Writes the fields as columns of a binary COPY row; returns the number of bytes.</summary>
    public abstract int WriteCopy(Record record, Span<byte> destination);

    /// <summary>Loads a record from a row whose first columns are the fields.</summary>
    public abstract Record Load(DbDataReader row);

    public override string ToString() => Name;
}
