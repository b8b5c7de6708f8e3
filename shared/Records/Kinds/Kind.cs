using System.Buffers;
using System.Data.Common;
using System.Text;
using RideIngest.Records.Fields;

namespace RideIngest.Records.Kinds;

/// <summary>
/// What a record type is: its name, its fields and its rules. Code that handles records of any kind uses this;
/// <see cref="Kind{TRecord}"/> implements it from a list of fields.
/// </summary>
public abstract class Kind
{
    private protected Kind(string name, string schema)
    {
        Name = name;
        Schema = schema;
    }

    /// <summary>As in <c>/v1/{kind}</c> and <c>rides.ingest.{kind}</c>.</summary>
    public string Name { get; }

    /// <summary>What one of its records is called: <c>Booking</c>.</summary>
    public abstract string RecordName { get; }

    /// <summary>
    /// The schema in Postgres. The numbered SQL files that make its table are embedded beside the kind, under its namespace.
    /// </summary>
    public string Schema { get; }

    /// <summary>In declared order, which is that of the columns and of canonical JSON. The first is the id.</summary>
    public abstract IReadOnlyList<Field> Fields { get; }

    /// <summary>A valid record, for documents and tests.</summary>
    public abstract Record Sample { get; }

    /// <summary>
    /// Reads one JSON object: parse, types, ranges and rules in one pass. Never throws on what was sent. A field given twice is a problem.
    /// An unknown name is passed over, unless it looks like a field that is missing.
    /// </summary>
    public abstract Reading Read(ReadOnlySpan<byte> json);

    /// <summary>Writes the record as canonical JSON, on one line without its end: declared order, absent values left out.</summary>
    public abstract void WriteJson(Record record, IBufferWriter<byte> output);

    /// <summary>What <see cref="WriteJson"/> writes, as text.</summary>
    public string Json(Record record)
    {
        var json = new ArrayBufferWriter<byte>();
        WriteJson(record, json);
        return Encoding.UTF8.GetString(json.WrittenSpan);
    }

    /// <summary>
    /// 128 bits of SHA-256 over the typed record: equal for every spelling of the same content, the same in every process and version.
    /// Absent values take no part, so a new optional field leaves the digests of records without it as they are.
    /// </summary>
    public abstract Guid Digest(Record record);

    /// <summary>Reads a record whose values stand in the order of <paramref name="names"/>, as JSON array, in the same way.</summary>
    internal abstract Reading ReadRow(ReadOnlySpan<byte> json, RowNames names);

    /// <summary>Writes the names of the fields, as JSON array.</summary>
    internal abstract void WriteNames(IBufferWriter<byte> output);

    /// <summary>Writes the record's values in that order, as JSON array; an absent one is null.</summary>
    internal abstract void WriteRow(Record record, IBufferWriter<byte> output);

    internal abstract FieldNames Names { get; }

    internal abstract RowParser StartRow();

    /// <summary>The most bytes that <see cref="WriteCopy"/> writes.</summary>
    public abstract int LargestCopy { get; }

    /// <summary>Writes the fields as columns of a binary COPY row.</summary>
    public abstract int WriteCopy(Record record, Span<byte> destination);

    /// <summary>Makes a record from a row whose first columns are the fields.</summary>
    public abstract Record Load(DbDataReader row);

    public override string ToString() => Name;
}
