using System.Diagnostics;
using MpcSigner.Client;
using MpcSigner.Cryptography.Signatures;
using Xunit;

namespace MpcSigner.Node.Tests.Clients;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class Ed25519KeyFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mpcsigner-keyfile-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Signs_alike_after_it_was_written_and_read()
    {
        var path = Path.Combine(_folder, "key.pem");
        using var created = Ed25519KeyFile.Create(path);
        using var loaded = Ed25519KeyFile.Load(path);
        var message = new byte[32];
        var signature = await loaded.SignAsync(message, TestContext.Current.CancellationToken);
        Assert.True(Ed25519Signature.Verify(created.PublicKey.Span, message, signature));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Throws<IOException>(() => Ed25519KeyFile.Create(path));
    }

    /// <summary>OpenSSL, the format's other user, reads our key and writes one that we read.</summary>
    [Fact]
    public void Is_the_format_of_openssl()
    {
        var ours = Path.Combine(_folder, "ours.pem");
        using var created = Ed25519KeyFile.Create(ours);
        var shown = Run("openssl", "pkey", "-in", ours, "-pubout", "-outform", "DER");
        Assert.Equal(Convert.ToHexString(created.PublicKey.Span), Convert.ToHexString(shown[^32..]));

        var theirs = Path.Combine(_folder, "theirs.pem");
        Run("openssl", "genpkey", "-algorithm", "ed25519", "-out", theirs);
        File.SetUnixFileMode(theirs, UnixFileMode.UserRead);
        using var loaded = Ed25519KeyFile.Load(theirs);
        Assert.Equal(Convert.ToHexString(Run("openssl", "pkey", "-in", theirs, "-pubout", "-outform", "DER")[^32..]), Convert.ToHexString(loaded.PublicKey.Span));
    }

    [Fact]
    public void Rejects_a_key_that_others_can_read()
    {
        var path = Path.Combine(_folder, "key.pem");
        Ed25519KeyFile.Create(path).Dispose();
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        var refused = Assert.Throws<MpcSignerException>(() => Ed25519KeyFile.Load(path));
        Assert.Equal("CONFIGURATION", refused.Reason);
        Assert.Contains("chmod 600", refused.NextStep, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not pem")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n")]
    public void Rejects_what_is_no_key(string text)
    {
        var path = Path.Combine(_folder, "bad.pem");
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal("CONFIGURATION", Assert.Throws<MpcSignerException>(() => Ed25519KeyFile.Load(path)).Reason);
    }

    [Fact]
    public void Rejects_a_missing_file() =>
        Assert.Equal("CONFIGURATION", Assert.Throws<MpcSignerException>(() => Ed25519KeyFile.Load(Path.Combine(_folder, "none.pem"))).Reason);

    private static byte[] Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.ToArray();
    }
}
