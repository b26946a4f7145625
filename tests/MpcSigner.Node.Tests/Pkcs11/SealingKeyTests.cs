using System.Security.Cryptography;
using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Keys;
using MpcSigner.Pkcs11.Sessions;
using Xunit;
using static MpcSigner.Node.Tests.Pkcs11.SoftToken;

namespace MpcSigner.Node.Tests.Pkcs11;

/// <summary>Sealing keys in SoftHSM2, looked at with OpenSC's tool.</summary>
[Collection(Pkcs11Collection.Name)]
public class SealingKeyTests
{
    private static readonly byte[] Secret = [.. Enumerable.Range(1, 100).Select(i => (byte)i)];
    private static readonly byte[] Context = "key-1/node-2/generation-3"u8.ToArray();

    [Theory]
    [InlineData(null, SealMethod.AesGcm)]
    [InlineData(SealMethod.AesGcm, SealMethod.AesGcm)]
    [InlineData(SealMethod.KeyWrapPad, SealMethod.KeyWrapPad)]
    public void Seals_and_opens_under_a_key_that_is_protected_as_stated(SealMethod? asked, SealMethod expected)
    {
        using var token = Open();
        var key = SealingKey.Generate(token, Name(), Limit, asked);
        Assert.Equal(expected, key.Method);

        var sealedBytes = key.Seal(Secret, Context, Limit);
        var again = key.Seal(Secret, Context, Limit);
        Assert.NotEqual(sealedBytes, again);
        Assert.Equal(-1, sealedBytes.AsSpan().IndexOf(Secret.AsSpan(0, 8)));
        Assert.Equal(Secret.Length, SealingKey.OpenedLength(sealedBytes));

        // Found again, as after a restart.
        var found = SealingKey.Find(token, Name(), Limit);
        Assert.Equal(expected, found.Method);
        var opened = new byte[Secret.Length];
        found.Open(sealedBytes, Context, opened, Limit);
        Assert.Equal(Secret, opened);

        var listing = Pkcs11Tool(token.Description.Label, "--list-objects", "--type", "secrkey");
        Assert.Contains("AES length 32", listing, StringComparison.Ordinal);
        Assert.Contains("label: seal.1", listing, StringComparison.Ordinal);
        Assert.Contains("ID: 01", listing, StringComparison.Ordinal);
        Assert.Contains(expected is SealMethod.AesGcm ? "Usage: encrypt, decrypt\n" : "Usage: wrap, unwrap\n", listing, StringComparison.Ordinal);
        Assert.Contains("Access: sensitive, always sensitive, never extractable, local", listing, StringComparison.Ordinal);
        Assert.False(found.IsModifiable);
    }

    [Theory]
    [InlineData(SealMethod.AesGcm)]
    [InlineData(SealMethod.KeyWrapPad)]
    public void Rejects_every_changed_byte_and_another_context(SealMethod method)
    {
        using var token = Open();
        var key = SealingKey.Generate(token, Name(), Limit, method);
        var sealedBytes = key.Seal(Secret, Context, Limit);
        var opened = new byte[Secret.Length];
        for (var i = 0; i < sealedBytes.Length; i++)
        {
            var changed = (byte[])sealedBytes.Clone();
            changed[i] ^= 0x40;
            // The length of the wrapped key, changed, moves the rest: the bytes may be no longer ones that fit the destination.
            if (SealingKey.OpenedLength(changed) is { } length && length != opened.Length)
                continue;
            var refused = Assert.Throws<Pkcs11Exception>(() => key.Open(changed, Context, opened, Limit));
            Assert.True(refused.Failure is Pkcs11Failure.NotAuthentic, $"byte {i}: {refused.Failure} {refused.Message}");
        }
        Assert.Equal(Pkcs11Failure.NotAuthentic, Assert.Throws<Pkcs11Exception>(() => key.Open(sealedBytes, [.. Context, 0], opened, Limit)).Failure);
        Assert.Equal(Pkcs11Failure.NotAuthentic, Assert.Throws<Pkcs11Exception>(() => key.Open(sealedBytes, [], opened, Limit)).Failure);
        Assert.All(opened, b => Assert.Equal(0, b));
        Assert.Equal(TokenState.Ready, token.State);

        var other = SealingKey.Generate(token, Name("seal.2", 2), Limit, method);
        Assert.Equal(Pkcs11Failure.NotAuthentic, Assert.Throws<Pkcs11Exception>(() => other.Open(sealedBytes, Context, opened, Limit)).Failure);
        key.Open(sealedBytes, Context, opened, Limit);
        Assert.Equal(Secret, opened);
    }

    [Fact]
    public void The_tokens_gcm_is_the_standards_and_is_known_by_its_layout()
    {
        using var token = Open();
        var key = SealingKey.Generate(token, Name(), Limit);
        Assert.Equal(GcmLayout.WithIvBits, key.Gcm!.Layout);
        Assert.False(key.Gcm.TokenChoosesIv);
        Assert.True(key.Gcm.KnownAnswerChecked);
        // SoftHSM has no code of its own for a tag that does not fit.
        Assert.Equal([0x5ul], key.Gcm.RefusalCodes);
    }

    [Fact]
    public void Sealed_bytes_bind_version_method_and_context()
    {
        // The form is stored: what was sealed by this version must open for ever.
        var associated = SealedForm.AssociatedData(SealMethod.AesGcm, "ctx"u8);
        Assert.Equal("0101637478", Convert.ToHexStringLower(associated));
        var bytes = SealedForm.Write(SealMethod.KeyWrapKwp, [0xAA, 0xBB], new byte[12], new byte[17]);
        Assert.Equal("0102" + "0002" + "aabb" + new string('0', 24) + new string('0', 34), Convert.ToHexStringLower(bytes));
        Assert.Equal(1, SealingKey.OpenedLength(bytes));
        Assert.Null(SealingKey.OpenedLength(bytes[..^1]));
        Assert.Null(SealingKey.OpenedLength([]));
        Assert.Null(SealingKey.OpenedLength([2, .. bytes[1..]]));
        Assert.Null(SealingKey.OpenedLength([1, 4, .. bytes[2..]]));
    }

    [Fact]
    public void A_megabyte_passes_and_a_byte_more_is_refused()
    {
        using var token = Open();
        var key = SealingKey.Generate(token, Name(), Limit);
        var large = RandomNumberGenerator.GetBytes(SealingKey.MaxSecretBytes);
        var opened = new byte[large.Length];
        key.Open(key.Seal(large, Context, Limit), Context, opened, Limit);
        Assert.Equal(large, opened);
        Assert.Throws<ArgumentOutOfRangeException>(() => key.Seal(new byte[SealingKey.MaxSecretBytes + 1], Context, Limit));
        Assert.Throws<ArgumentOutOfRangeException>(() => key.Seal([], Context, Limit));
    }

    [Fact]
    public void Names_must_be_free_to_generate_and_single_to_find()
    {
        using var token = Open();
        Assert.Equal(Pkcs11Failure.KeyNotFound, Assert.Throws<Pkcs11Exception>(() => SealingKey.Find(token, Name(), Limit)).Failure);
        SealingKey.Generate(token, Name(), Limit);
        Assert.Equal(Pkcs11Failure.KeyExists, Assert.Throws<Pkcs11Exception>(() => SealingKey.Generate(token, Name(), Limit)).Failure);
        // The same label under another id is another key; the same label and id made by someone else makes both unusable.
        SealingKey.Generate(token, Name("seal.1", 2), Limit);
        SealingKey.Find(token, Name(), Limit);
        Pkcs11Tool(token.Description.Label, "--keygen", "--key-type", "AES:32", "--label", "seal.1", "--id", "02", "--sensitive");
        using var fresh = Reopen(token);
        Assert.Equal(Pkcs11Failure.KeyAmbiguous, Assert.Throws<Pkcs11Exception>(() => SealingKey.Find(fresh, Name("seal.1", 2), Limit)).Failure);
        Assert.Equal(3, fresh.ListKeys(Limit).Count(k => k is { Kind: "secret", Label: "seal.1" }));
    }

    [Theory]
    [InlineData("CKA_SENSITIVE", "--extractable")]
    [InlineData("CKA_EXTRACTABLE", "--sensitive --extractable")]
    [InlineData("CKA_WRAP", "--sensitive")]
    [InlineData("CKA_VALUE_LEN", "--sensitive", "AES:16")]
    public void Rejects_a_weaker_key_and_names_the_attribute(string attribute, string options, string type = "AES:32")
    {
        using var token = Open();
        Pkcs11Tool(token.Description.Label, ["--keygen", "--key-type", type, "--label", "weak", "--id", "07", "--private", .. options.Split(' ')]);
        var refused = Assert.Throws<Pkcs11Exception>(() => SealingKey.Find(token, Name("weak", 7), Limit));
        Assert.Equal(Pkcs11Failure.KeyTooWeak, refused.Failure);
        Assert.Contains(attribute + " is", refused.Message, StringComparison.Ordinal);
        Assert.Equal(Remedy.Operator, refused.Remedy);
    }

    [Fact]
    public void A_destroyed_key_is_gone_from_the_token_and_opens_nothing()
    {
        using var token = Open();
        var key = SealingKey.Generate(token, Name(), Limit);
        var sealedBytes = key.Seal(Secret, Context, Limit);
        key.Destroy(Limit);
        Assert.DoesNotContain("seal.1", Pkcs11Tool(token.Description.Label, "--list-objects"), StringComparison.Ordinal);
        var refused = Assert.Throws<Pkcs11Exception>(() => key.Open(sealedBytes, Context, new byte[Secret.Length], Limit));
        Assert.Equal(Pkcs11Failure.KeyNotFound, refused.Failure);
        Assert.Equal(Pkcs11Failure.KeyNotFound, Assert.Throws<Pkcs11Exception>(() => key.Destroy(Limit)).Failure);
    }

    [Fact]
    public void No_secret_stands_in_the_tokens_files_or_in_what_is_sealed()
    {
        using var token = Open();
        var key = SealingKey.Generate(token, Name(), Limit, SealMethod.KeyWrapPad);
        var secret = RandomNumberGenerator.GetBytes(64);
        var sealedBytes = key.Seal(secret, Context, Limit);
        key.Open(sealedBytes, Context, new byte[secret.Length], Limit);
        foreach (var file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
            Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf(secret.AsSpan(0, 16)));
        // The data key that was wrapped was of the session only.
        Assert.Single(token.ListKeys(Limit));
    }

    private static Pkcs11Token Reopen(Pkcs11Token token)
    {
        token.Dispose();
        var fresh = Module.Open(new TokenOptions { Label = token.Description.Label }, Limit);
        fresh.Login(PinBytes, Limit);
        return fresh;
    }
}
