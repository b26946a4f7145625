using System.Text;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Tests.Storage;
using MpcSigner.Node.Vault;
using Xunit;

namespace MpcSigner.Node.Tests.Vault;

/// <summary>A passphrase arrives the same from every source, and a source that gives none is named.</summary>
public sealed class SecretReaderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Write(string content, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        var path = _folder["passphrase"];
        File.WriteAllText(path, content);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, mode);
        return path;
    }

    /// <summary>The bytes cannot be read here: a header made with the expected passphrase tells whether they are the same.</summary>
    private static void AssertIs(string expected, SecureMemory secret)
    {
        using (secret)
        {
            Assert.Equal(Encoding.UTF8.GetByteCount(expected), secret.Length);
            using var right = Secrets.Memory(Encoding.UTF8.GetBytes(expected));
            using var key = PassphraseKey.Create(right, new(Argon2idParameters.MinOperations, Argon2idParameters.MinMemoryBytes), Secrets.Random, out var header);
            Assert.Equal(UnlockResult.Unlocked, PassphraseKey.TryUnlock(header, secret, out var same));
            same!.Dispose();
        }
    }

    private static string Refused(Action read)
    {
        var refused = Assert.Throws<VaultException>(read);
        Assert.Equal(VaultRefusal.SecretUnavailable, refused.Refusal);
        return refused.Message;
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void A_file_gives_its_bytes_without_the_line_break(string end) =>
        AssertIs("grüße aus dem tresor", SecretReader.PassphraseFromFile(Write("grüße aus dem tresor" + end)));

    [Fact]
    public void Only_one_line_break_is_left_out() => AssertIs(Secrets.Right + "\n", SecretReader.PassphraseFromFile(Write(Secrets.Right + "\n\n")));

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void Rejects_a_file_that_others_may_touch(UnixFileMode others) =>
        Assert.Contains("chmod 600", Refused(() => SecretReader.PassphraseFromFile(Write(Secrets.Right, UnixFileMode.UserRead | others))), StringComparison.Ordinal);

    [Fact]
    public void Rejects_a_file_that_is_missing_empty_or_too_long()
    {
        Assert.Contains(_folder["none"], Refused(() => SecretReader.PassphraseFromFile(_folder["none"])), StringComparison.Ordinal);
        Refused(() => SecretReader.PassphraseFromFile(Write("")));
        Refused(() => SecretReader.PassphraseFromFile(Write("\n")));
        AssertIs(new string('x', PassphraseKey.MaxPassphraseBytes), SecretReader.PassphraseFromFile(Write(new string('x', PassphraseKey.MaxPassphraseBytes) + "\r\n")));
        Refused(() => SecretReader.PassphraseFromFile(Write(new string('x', PassphraseKey.MaxPassphraseBytes + 1))));
        Refused(() => SecretReader.PassphraseFromFile(Write(new string('x', 100_000))));
        Refused(() => SecretReader.PassphraseFromFile(_folder.Path));
    }

    [Fact]
    public void A_key_file_keeps_every_byte()
    {
        var path = _folder["key"];
        File.WriteAllBytes(path, Secrets.KeyFileBytes((byte)'\n'));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead);
        using var bytes = SecretReader.KeyFromFile(path);
        Assert.Equal(KeyFile.Size, bytes.Length);
        Assert.Equal(UnlockResult.Unlocked, KeyFile.TryRead(bytes, out var key));
        key!.Dispose();
    }

    [Fact]
    public void A_variable_gives_its_text()
    {
        const string Variable = "MPCSIGNER_TEST_PASSPHRASE";
        Assert.Contains(Variable, Refused(() => SecretReader.PassphraseFromEnvironment(Variable)), StringComparison.Ordinal);
        Environment.SetEnvironmentVariable(Variable, Secrets.Right);
        AssertIs(Secrets.Right, SecretReader.PassphraseFromEnvironment(Variable));
        Environment.SetEnvironmentVariable(Variable, null);
    }

    private static Func<ConsoleKeyInfo> Keys(string typed)
    {
        var next = 0;
        return () => typed[next++] switch
        {
            '\n' => new('\r', ConsoleKey.Enter, false, false, false),
            '<' => new('\b', ConsoleKey.Backspace, false, false, false),
            var c => new(c, ConsoleKey.None, false, false, false),
        };
    }

    [Fact]
    public void A_prompt_takes_a_line_with_corrections_and_shows_nothing_of_it()
    {
        var shown = new StringWriter();
        AssertIs(Secrets.Right, SecretReader.PassphraseFromPrompt(false, Keys("<<x<correct horse batteryy<\n"), shown));
        AssertIs(Secrets.Right, SecretReader.PassphraseFromPrompt(true, Keys(Secrets.Right + "\n" + Secrets.Right + "\n"), shown));
        Assert.DoesNotContain("horse", shown.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Rejects_a_prompt_without_terminal_an_empty_line_and_two_that_differ()
    {
        Refused(() => SecretReader.PassphraseFromPrompt(false, null, TextWriter.Null));
        Refused(() => SecretReader.PassphraseFromPrompt(false, Keys("\n"), TextWriter.Null));
        Assert.Contains("differ", Refused(() => SecretReader.PassphraseFromPrompt(true, Keys("one passphrase\nanother one..\n"), TextWriter.Null)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_gives_what_it_prints()
    {
        AssertIs(Secrets.Right, await SecretReader.PassphraseFromCommandAsync(["/bin/echo", Secrets.Right], CancellationToken.None));
        AssertIs("no $HOME; here | is a shell", await SecretReader.PassphraseFromCommandAsync(["/usr/bin/printf", "%s", "no $HOME; here | is a shell"], CancellationToken.None));
    }

    [Fact]
    public async Task Rejects_a_command_that_fails_is_missing_or_gives_too_much()
    {
        async Task Refuses(params string[] command) =>
            Assert.Equal(VaultRefusal.SecretUnavailable, (await Assert.ThrowsAsync<VaultException>(() => SecretReader.PassphraseFromCommandAsync(command, CancellationToken.None))).Refusal);
        await Refuses();
        await Refuses("/bin/false");
        await Refuses("/bin/true");
        await Refuses(_folder["none"]);
        await Refuses("/bin/sh", "-c", "echo long enough a passphrase; exit 3");
        await Refuses("/usr/bin/yes", "more than any passphrase");
    }

    [Fact]
    public async Task A_command_that_hangs_is_ended_with_its_caller()
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SecretReader.PassphraseFromCommandAsync(["/bin/sleep", "600"], cancellation.Token));
    }
}
