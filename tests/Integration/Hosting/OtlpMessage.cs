using System.Text;
using Google.Protobuf;

namespace RideIngest.Integration.Hosting;

/// <summary>A protobuf message without its schema: the values of each field, by number, as in opentelemetry-proto.</summary>
internal sealed class OtlpMessage
{
    private readonly List<(int Field, object Value)> _values = [];

    public OtlpMessage(byte[] bytes)
    {
        using var input = new CodedInputStream(bytes);
        while (input.ReadTag() is > 0 and var tag)
        {
            _values.Add((WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag) switch
            {
                WireFormat.WireType.Varint => input.ReadUInt64(),
                WireFormat.WireType.Fixed64 => input.ReadFixed64(),
                WireFormat.WireType.Fixed32 => input.ReadFixed32(),
                _ => input.ReadBytes().ToByteArray(),
            }));
        }
    }

    public IEnumerable<OtlpMessage> All(int field) => Bytes(field).Select(bytes => new OtlpMessage(bytes));

    public string Text(int field) => Bytes(field).LastOrDefault() is { } bytes ? Encoding.UTF8.GetString(bytes) : "";

    public string Hex(int field) => Bytes(field).LastOrDefault() is { } bytes ? Convert.ToHexStringLower(bytes) : "";

    public ulong Number(int field) => _values.LastOrDefault(value => value.Field == field).Value is ulong number ? number : 0;

    /// <summary>The attributes in a field, those that are text.</summary>
    public Dictionary<string, string> Attributes(int field) =>
        All(field).ToDictionary(attribute => attribute.Text(1), attribute => attribute.All(2).Single().Text(1));

    private IEnumerable<byte[]> Bytes(int field) =>
        _values.Where(value => value.Field == field).Select(value => value.Value).OfType<byte[]>();
}
