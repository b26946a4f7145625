using MpcSigner.Cli;
using MpcSigner.Cli.Tokens;
using Xunit;

namespace MpcSigner.Node.Tests.Cli;

/// <summary>A key in a token as a command line names it, and where its PIN comes from.</summary>
public class TokenReferenceTests
{
    private const string Good = "module=/lib/x.so;token=alice;key=mpc";

    [Fact]
    public void Reads_every_part()
    {
        var read = TokenReference.Parse("module=/lib/x.so; token=alice smith;serial=00ff;key=a=b;key-id=00FF;pin-command=/bin/get  pin;");
        Assert.Equal(("/lib/x.so", "alice smith", "00ff", "a=b", "00ff"), (read.Module, read.Token, read.Serial, read.Key, read.KeyId));
        Assert.Equal(["/bin/get", "pin"], Assert.IsType<PinSource.FromCommand>(read.Pin).Command);
        Assert.IsType<PinSource.FromPrompt>(TokenReference.Parse(Good + ";prompt").Pin);
        Assert.Equal("PIN", Assert.IsType<PinSource.FromEnvironment>(TokenReference.Parse(Good + ";pin-env=PIN").Pin).Variable);
        Assert.Equal("/p", Assert.IsType<PinSource.FromFile>(TokenReference.Parse("module=x;token=t;pin-file=/p", needsKey: false).Pin).Path);
        Assert.Equal("key 'mpc' in token 'alice'", TokenReference.Parse(Good + ";prompt").ToString());
    }

    [Theory]
    [InlineData("", "module=FILE is missing", "token=LABEL of 1..32 bytes", "key=LABEL of 1..64 bytes", "exactly one of pin-file")]
    [InlineData(Good, "exactly one of pin-file")]
    [InlineData(Good + ";prompt;pin-file=x", "exactly one of pin-file")]
    [InlineData(Good + ";prompt=yes", "prompt has no value")]
    [InlineData(Good + ";pin-file", "pin-file has no value")]
    [InlineData(Good + ";pin-file=", "pin-file is empty")]
    [InlineData(Good + ";prompt;token=bob", "token stands twice")]
    [InlineData(Good + ";prompt;key-id=abc", "key-id must be")]
    [InlineData(Good + ";prompt;key-id=zz", "key-id must be")]
    [InlineData(Good + ";prompt;1;2;3;4;5;6;7;8;9;10;11;12;13", "more than")]
    [InlineData("module=x;token=an-exceedingly-long-label-of-a-token;key=k;prompt", "token=LABEL of 1..32 bytes")]
    [InlineData("module=x;token=a\nb;key=k;prompt", "token is empty or has control characters")]
    public void Tells_all_that_is_wrong(string text, params string[] says)
    {
        var refused = Assert.Throws<CliException>(() => TokenReference.Parse(text));
        Assert.Equal(ExitCode.Usage, refused.Code);
        Assert.All(says, s => Assert.Contains(s, refused.Message, StringComparison.Ordinal));
    }

    /// <summary>Whoever writes a PIN there by mistake finds it in no message, log or answer.</summary>
    [Theory]
    [InlineData("pin=4711")]
    [InlineData("so-pin=4711")]
    [InlineData("4711")]
    [InlineData("4711=x")]
    [InlineData("Pin=4711")]
    public void Repeats_no_pin_that_stands_in_the_wrong_place(string part)
    {
        var refused = Assert.Throws<CliException>(() => TokenReference.Parse($"{Good};prompt;{part}"));
        Assert.DoesNotContain("4711", refused.Message + refused.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public void Reads_a_pin_from_a_private_file_only_and_wipes_it()
    {
        var path = Path.GetTempFileName();
        try
        {
            var source = new PinSource.FromFile(path);
            File.WriteAllText(path, "4711\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
            Assert.Contains("chmod 600", Refused(source).NextStep, StringComparison.Ordinal);
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            Assert.Equal("4711", Read(source));
            File.WriteAllText(path, new string('1', PinSource.MaxBytes));
            Assert.Equal(PinSource.MaxBytes, Read(source).Length);
            foreach (var content in (string[])["", "\n", new string('1', PinSource.MaxBytes + 1)])
            {
                File.WriteAllText(path, content);
                Assert.Equal("PIN_SOURCE", Refused(source).Reason);
            }
            File.Delete(path);
            Assert.Equal("PIN_SOURCE", Refused(source).Reason);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Reads_a_pin_from_a_command_or_a_variable_and_tells_none_that_fails()
    {
        Assert.Equal("4711", Read(new PinSource.FromCommand(["/bin/echo", "4711"])));
        Assert.DoesNotContain("4711", Refused(new PinSource.FromCommand(["/bin/sh", "-c", "echo 4711; exit 3"])).Message, StringComparison.Ordinal);
        Assert.Contains("exit code 3", Refused(new PinSource.FromCommand(["/bin/sh", "-c", "echo 4711; exit 3"])).Message, StringComparison.Ordinal);
        Assert.Equal("PIN_SOURCE", Refused(new PinSource.FromCommand(["/bin/cat", "/dev/zero"])).Reason);
        Assert.Equal("PIN_SOURCE", Refused(new PinSource.FromCommand(["/no/such/program"])).Reason);
        Assert.Equal("PIN_SOURCE", Refused(new PinSource.FromEnvironment("MPCSIGNER_NO_SUCH_VARIABLE")).Reason);
        Environment.SetEnvironmentVariable("MPCSIGNER_TEST_PIN", "4711");
        Assert.Equal("4711", Read(new PinSource.FromEnvironment("MPCSIGNER_TEST_PIN")));
    }

    private static string Read(PinSource source)
    {
        var read = "";
        source.Lend("token", pin => read = System.Text.Encoding.UTF8.GetString(pin));
        return read;
    }

    private static CliException Refused(PinSource source) => Assert.Throws<CliException>(() => Read(source));
}
