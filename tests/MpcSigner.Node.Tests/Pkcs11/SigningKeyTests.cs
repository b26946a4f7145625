using System.Security.Cryptography;
using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Keys;
using Xunit;
using static MpcSigner.Node.Tests.Pkcs11.SoftToken;

namespace MpcSigner.Node.Tests.Pkcs11;

/// <summary>Signing keys in SoftHSM2; signatures are judged by others.</summary>
[Collection(Pkcs11Collection.Name)]
public class SigningKeyTests
{
    [Fact]
    public void An_ed25519_signature_is_rfc_8032s()
    {
        using var token = Open();
        var key = SigningKey.Generate(token, Name("identity"), SigningAlgorithm.Ed25519, Limit);
        Assert.Equal(32, key.PublicKey.Length);
        foreach (var length in (int[])[1, 100, SigningKey.MaxMessageBytes])
        {
            var message = RandomNumberGenerator.GetBytes(length);
            var signature = key.Sign(message, Limit);
            Assert.Equal(SigningKey.SignatureBytes, signature.Length);
            Assert.True(OpensslVerifiesEd25519(key.PublicKey.Span, message, signature));
            // Ed25519 has one signature for a message.
            Assert.Equal(signature, key.Sign(message, Limit));
            message = [.. message, 1];
            Assert.False(OpensslVerifiesEd25519(key.PublicKey.Span, message, signature));
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => key.Sign(new byte[SigningKey.MaxMessageBytes + 1], Limit));

        var listing = Pkcs11Tool(token.Description.Label, "--list-objects", "--type", "privkey");
        Assert.Contains("label: identity", listing, StringComparison.Ordinal);
        Assert.Contains("Usage: sign\n", listing, StringComparison.Ordinal);
        Assert.Contains("Access: sensitive, always sensitive, never extractable, local", listing, StringComparison.Ordinal);
    }

    [Fact]
    public void A_p256_signature_verifies_with_dotnet()
    {
        using var token = Open();
        var key = SigningKey.Generate(token, Name("client"), SigningAlgorithm.P256, Limit);
        var point = key.PublicKey.Span;
        Assert.Equal(65, point.Length);
        using var verifier = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new() { X = point[1..33].ToArray(), Y = point[33..].ToArray() } });
        var digest = SHA256.HashData("message"u8);
        var signature = key.Sign(digest, Limit);
        Assert.True(verifier.VerifyHash(digest, signature));
        digest[0] ^= 1;
        Assert.False(verifier.VerifyHash(digest, signature));
        Assert.Throws<ArgumentOutOfRangeException>(() => key.Sign(new byte[31], Limit));
    }

    [Fact]
    public void A_key_is_found_by_name_and_kind_and_both_halves_are_destroyed()
    {
        using var token = Open();
        var key = SigningKey.Generate(token, Name("a"), SigningAlgorithm.P256, Limit);
        Assert.Equal(key.PublicKey.ToArray(), SigningKey.Find(token, Name("a"), SigningAlgorithm.P256, Limit).PublicKey.ToArray());
        Assert.Equal(Pkcs11Failure.KeyTooWeak, Assert.Throws<Pkcs11Exception>(() => SigningKey.Find(token, Name("a"), SigningAlgorithm.Ed25519, Limit)).Failure);
        Assert.Equal(Pkcs11Failure.KeyNotFound, Assert.Throws<Pkcs11Exception>(() => SigningKey.Find(token, Name("b"), SigningAlgorithm.P256, Limit)).Failure);
        Assert.Equal(Pkcs11Failure.KeyExists, Assert.Throws<Pkcs11Exception>(() => SigningKey.Generate(token, Name("a"), SigningAlgorithm.Ed25519, Limit)).Failure);
        key.Destroy(Limit);
        Assert.Empty(token.ListKeys(Limit));
        Assert.Equal(Pkcs11Failure.KeyNotFound, Assert.Throws<Pkcs11Exception>(() => key.Sign(new byte[32], Limit)).Failure);
    }

    [Fact]
    public void Rejects_a_signing_key_that_could_leave_the_token()
    {
        using var token = Open();
        Pkcs11Tool(token.Description.Label, "--keypairgen", "--key-type", "EC:prime256v1", "--label", "weak", "--id", "07", "--extractable");
        var refused = Assert.Throws<Pkcs11Exception>(() => SigningKey.Find(token, Name("weak", 7), SigningAlgorithm.P256, Limit));
        Assert.Equal(Pkcs11Failure.KeyTooWeak, refused.Failure);
        Assert.Contains("CKA_EXTRACTABLE is true", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("bit")]
    public void Points_are_read_in_every_encoding(string way)
    {
        using var token = FaultyModule.Open();
        var ed = SigningKey.Generate(token, Name("ed"), SigningAlgorithm.Ed25519, Limit).PublicKey.ToArray();
        var p256 = SigningKey.Generate(token, Name("p256", 2), SigningAlgorithm.P256, Limit).PublicKey.ToArray();
        FaultyModule.Rules($"point {way}");
        Assert.Equal(ed, SigningKey.Find(token, Name("ed"), SigningAlgorithm.Ed25519, Limit).PublicKey.ToArray());
        Assert.Equal(p256, SigningKey.Find(token, Name("p256", 2), SigningAlgorithm.P256, Limit).PublicKey.ToArray());
        FaultyModule.Rules("length C_GetAttributeValue -1");
        Assert.Throws<Pkcs11Exception>(() => SigningKey.Find(token, Name("ed"), SigningAlgorithm.Ed25519, Limit));
        FaultyModule.Rules();
    }

    [Theory]
    [InlineData("name")]
    [InlineData("oid")]
    public void The_curve_is_named_as_the_token_takes_it(string way)
    {
        using var token = FaultyModule.Open();
        FaultyModule.Rules($"curve {way}");
        var key = SigningKey.Generate(token, Name("ed"), SigningAlgorithm.Ed25519, Limit);
        Assert.True(OpensslVerifiesEd25519(key.PublicKey.Span, "m"u8, key.Sign("m"u8, Limit)));
        FaultyModule.Rules();
    }

    [Theory]
    [InlineData("0x1057", SigningAlgorithm.Ed25519, "CKM_EDDSA")]
    [InlineData("0x1041", SigningAlgorithm.P256, "CKM_ECDSA")]
    public void A_mechanism_that_is_missing_is_named(string number, SigningAlgorithm algorithm, string name)
    {
        using var token = FaultyModule.Open(login: false);
        FaultyModule.Rules($"no-mechanism {number}", "gone");
        token.Poll(Limit);
        FaultyModule.Rules($"no-mechanism {number}");
        token.Login(PinBytes, Limit);
        var missing = Assert.Throws<Pkcs11Exception>(() => SigningKey.Generate(token, Name("x"), algorithm, Limit));
        Assert.Equal(Pkcs11Failure.MechanismMissing, missing.Failure);
        Assert.Contains(name, missing.Message, StringComparison.Ordinal);
        FaultyModule.Rules();
    }

    private static bool OpensslVerifiesEd25519(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        var folder = Directory.CreateTempSubdirectory("mpcsigner-verify-").FullName;
        try
        {
            // RFC 8410's SubjectPublicKeyInfo.
            File.WriteAllBytes(Path.Combine(folder, "key.der"), [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00, .. publicKey]);
            File.WriteAllBytes(Path.Combine(folder, "message"), message);
            File.WriteAllBytes(Path.Combine(folder, "signature"), signature);
            using var openssl = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(
                "openssl", ["pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", Path.Combine(folder, "key.der"), "-rawin", "-in", Path.Combine(folder, "message"), "-sigfile", Path.Combine(folder, "signature")])
            { RedirectStandardOutput = true, RedirectStandardError = true })!;
            openssl.WaitForExit();
            return openssl.ExitCode == 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
