using System.Text;
using RideIngest.Pages.Kit;

namespace RideIngest.Unit.Pages;

public sealed class ByteTextTests
{
    [Fact]
    public void One_JSON_value_is_indented_and_other_text_is_as_it_is()
    {
        Assert.Equal("{\n  \"id\": 1,\n  \"name\": \"é <b>\"\n}", ByteText.Of("""{"id":1,"name":"é <b>"}"""u8.ToArray()).Text);
        Assert.Equal("{\"id\":1}\n{\"id\":2}\n", ByteText.Of("{\"id\":1}\n{\"id\":2}\n"u8.ToArray()).Text);
        Assert.Equal("no JSON", ByteText.Of("no JSON"u8.ToArray()).Text);
        Assert.Equal(("", 0), ByteText.Of(ReadOnlyMemory<byte>.Empty));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_hex_with_their_printable_characters() => Assert.Equal(
        "00000000  ff 00 41 7a 20 20 20 20 20 20 20 20 20 20 20 20  ..Az            \n00000010  0a                                               .\n",
        ByteText.Of((byte[])[0xff, 0, (byte)'A', (byte)'z', .. Enumerable.Repeat((byte)' ', 12), (byte)'\n']).Text);

    [Fact]
    public void Long_text_is_cut_between_characters_and_what_is_left_out_is_counted()
    {
        var bytes = Encoding.UTF8.GetBytes("x" + new string('é', 40_000));

        var (text, left) = ByteText.Of(bytes);

        Assert.EndsWith("é", text, StringComparison.Ordinal);
        Assert.Equal(bytes.Length, Encoding.UTF8.GetByteCount(text) + left);
        Assert.Equal((65_535, 14_466), (Encoding.UTF8.GetByteCount(text), left));
    }
}
