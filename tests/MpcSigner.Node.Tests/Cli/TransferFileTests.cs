using System.Text;
using MpcSigner.Cli;
using MpcSigner.Cli.Documents;
using Xunit;

namespace MpcSigner.Node.Tests.Cli;

/// <summary>Transfers in JSON that its parser lets pass and that are no text.</summary>
public sealed class TransferFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    private TransferFile Read(byte[] json)
    {
        File.WriteAllBytes(_path, json);
        return TransferFile.Read(_path, "{}", [], "to", "value");
    }

    [Fact]
    public void Rejects_half_a_surrogate_pair_where_text_belongs()
    {
        var file = Read("""{"to": "\ud800", "value": "\udc00"}"""u8.ToArray());
        Assert.Contains("to is no text", Assert.Throws<CliException>(() => file.Text("to")).Message, StringComparison.Ordinal);
        Assert.Contains("value is not a whole number", Assert.Throws<CliException>(() => file.Number("value", orText: true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rejects_bytes_that_are_no_utf8()
    {
        var file = Read([.. "{\"to\": \""u8, 0xc1, .. "\"}"u8]);
        Assert.Contains("to is no text", Assert.Throws<CliException>(() => file.Text("to")).Message, StringComparison.Ordinal);
        Assert.Throws<CliException>(() => Read([.. "{\""u8, 0xd8, .. "\": 1}"u8]));
    }

    [Fact]
    public void Reads_what_is_text()
    {
        var file = Read(Encoding.UTF8.GetBytes("""{"to": "é", "value": "12"}"""));
        Assert.Equal("é", file.Text("to"));
        Assert.Equal(12, (long)file.Number("value", orText: true).Value);
    }
}
