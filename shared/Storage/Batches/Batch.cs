using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using RideIngest.Records.Fields;
using RideIngest.Records.Kinds;

namespace RideIngest.Storage.Batches;

/// <summary>
/// Encodes a batch in the binary format of COPY, ordered by id and then by arrival. The order makes index access sequential, groups equal
/// ids, and prevents deadlocks between consumers with the same ids. Rows carry their own storage time, because their transaction may be
/// older than they are.
/// </summary>
internal sealed class Batch : IDisposable
{
    private const int PerPart = 100;
    private const int TraceLength = 32;
    private const int UsualRow = 320;
    private const int RowOverhead = sizeof(short) + sizeof(int) + 16 + sizeof(int) + TraceLength + sizeof(int) + sizeof(long);

    private readonly Kind _kind;
    private readonly IReadOnlyList<Incoming> _records;
    private readonly int _largest;
    private readonly long[] _ids;
    private readonly int[] _arrivals;
    private readonly Guid[] _digests;
    private readonly int[] _ends;
    private readonly long _storedAt = PostgresInstant.Of(DateTimeOffset.UtcNow);
    private byte[] _bytes;
    private int _encoded;

    internal Batch(Kind kind, IReadOnlyList<Incoming> records)
    {
        var count = records.Count;
        (_kind, _records, _largest) = (kind, records, kind.LargestCopy + RowOverhead);
        (_ids, _arrivals, _digests, _ends) = (new long[count], new int[count], new Guid[count], new int[count]);
        var ordered = true;
        for (var i = 0; i < count; i++)
        {
            (_ids[i], _arrivals[i]) = (records[i].Record.Id, i);
            ordered &= i == 0 || _ids[i - 1] <= _ids[i];
        }
        if (!ordered)
            Order();
        _bytes = ArrayPool<byte>.Shared.Rent(Math.Max(_largest, count * Math.Min(_largest, UsualRow)));
    }

    internal int Count => _ids.Length;

    internal long Id(int row) => _ids[row];

    internal Guid Digest(int row)
    {
        EncodeTo(row);
        return _digests[row];
    }

    /// <summary>The record's position in the batch as it arrived.</summary>
    internal int Arrival(int row) => _arrivals[row];

    /// <summary>Encodes these rows for COPY. Each part is built on demand, while the previous one is being sent to Postgres.</summary>
    internal IEnumerable<ReadOnlyMemory<byte>> Parts(IReadOnlyList<int> rows)
    {
        for (int first = 0, next; first < rows.Count; first = next)
        {
            for (next = first + 1; next < rows.Count && next - first < PerPart && rows[next] == rows[next - 1] + 1;)
                next++;
            yield return Bytes(rows[first], rows[next - 1]);
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    // The sort is not stable, so arrivals with equal ids are sorted afterwards.
    private void Order()
    {
        Array.Sort(_ids, _arrivals);
        for (var start = 0; start < _ids.Length;)
        {
            var end = start + 1;
            while (end < _ids.Length && _ids[end] == _ids[start])
                end++;
            if (end - start > 1)
                Array.Sort(_arrivals, start, end - start);
            start = end;
        }
    }

    private ReadOnlyMemory<byte> Bytes(int first, int last)
    {
        EncodeTo(last);
        var start = first == 0 ? 0 : _ends[first - 1];
        return _bytes.AsMemory(start, _ends[last] - start);
    }

    private void EncodeTo(int last)
    {
        for (; _encoded <= last; _encoded++)
        {
            var length = _encoded == 0 ? 0 : _ends[_encoded - 1];
            if (_bytes.Length - length < _largest)
                Grow(length);
            var (record, trace) = _records[_arrivals[_encoded]];
            _digests[_encoded] = _kind.Digest(record);
            _ends[_encoded] = length + Write(record, _digests[_encoded], trace, _bytes.AsSpan(length));
        }
    }

    private int Write(Record record, Guid digest, ActivityTraceId trace, Span<byte> to)
    {
        const int DigestTraceAndTime = 3;
        BinaryPrimitives.WriteInt16BigEndian(to, (short)(_kind.Fields.Count + DigestTraceAndTime));
        var length = sizeof(short) + _kind.WriteCopy(record, to[sizeof(short)..]);
        BinaryPrimitives.WriteInt32BigEndian(to[length..], 16);
        digest.TryWriteBytes(to[(length + 4)..], bigEndian: true, out _);
        length += 20;
        var hasTrace = trace != default;
        BinaryPrimitives.WriteInt32BigEndian(to[length..], hasTrace ? TraceLength : -1);
        length += sizeof(int);
        if (hasTrace)
        {
            Span<byte> bytes = stackalloc byte[16];
            trace.CopyTo(bytes);
            Convert.TryToHexStringLower(bytes, to[length..], out _);
            length += TraceLength;
        }
        BinaryPrimitives.WriteInt32BigEndian(to[length..], sizeof(long));
        BinaryPrimitives.WriteInt64BigEndian(to[(length + 4)..], _storedAt);
        return length + sizeof(int) + sizeof(long);
    }

    private void Grow(int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, length + _largest));
        _bytes.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
