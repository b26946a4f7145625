using MpcSigner.Core.Identities;
using MpcSigner.Node.Tests.Storage;
using MpcSigner.Node.Vault;
using MpcSigner.Node.Vault.Files;
using Xunit;

namespace MpcSigner.Node.Tests.Vault;

/// <summary>P6: what seals a node opens under the right secret only, and the refusal says what is wrong.</summary>
public sealed class NodeVaultTests
{
    private static readonly ClusterId Cluster = new(StoreSamples.Bytes("cluster", 1));

    private static byte[] Create(OperatorSecret secret, out NodeVault vault)
    {
        vault = NodeVault.Create(secret, Secrets.Random, out var file);
        Assert.InRange(file.Length, 200, VaultFile.MaxBytes);
        return file;
    }

    private static VaultRefusal Refusal(byte[] file, OperatorSecret secret) =>
        Assert.Throws<VaultException>(() => NodeVault.Open(file, secret).Dispose()).Refusal;

    [Fact]
    public void A_node_opens_with_its_passphrase_as_it_was_made()
    {
        using var secret = Secrets.Passphrase();
        var file = Create(secret, out var made);
        using (made)
        using (var opened = NodeVault.Open(file, secret))
        {
            Assert.Equal(made.Nid, opened.Nid);
            Assert.Equal(made.Identity.PublicKey, opened.Identity.PublicKey);
            Assert.Equal(opened.Nid, opened.Identity.PublicKey.ToNodeId());
            opened.Check(made.NewStore(Cluster, Secrets.Random));
            Assert.True(made.Identity.PublicKey.Verify("statement"u8, Secrets.SignBy(opened.Identity, "statement"u8)));
        }
    }

    [Fact]
    public void A_node_opens_with_its_key_file()
    {
        using var secret = OperatorSecret.KeyFile(Secrets.Memory(Secrets.KeyFileBytes(7)));
        using var other = OperatorSecret.KeyFile(Secrets.Memory(Secrets.KeyFileBytes(8)));
        using var passphrase = Secrets.Passphrase();
        var file = Create(secret, out var made);
        using (made)
        using (var opened = NodeVault.Open(file, secret))
            Assert.Equal(made.Nid, opened.Nid);
        Assert.Equal(VaultRefusal.WrongSecret, Refusal(file, other));
        Assert.Equal(VaultRefusal.OtherKindOfSecret, Refusal(file, passphrase));
    }

    [Fact]
    public void Rejects_a_damaged_key_file()
    {
        var bytes = Secrets.KeyFileBytes(7);
        bytes[20] ^= 1;
        using var secret = OperatorSecret.KeyFile(Secrets.Memory(bytes));
        Assert.Equal(VaultRefusal.SecretUnavailable, Assert.Throws<VaultException>(() => NodeVault.Create(secret, Secrets.Random, out _)).Refusal);
    }

    [Theory]
    [InlineData("correct horse batterz")]
    [InlineData("Correct horse battery")]
    [InlineData("short")]
    public void Rejects_a_wrong_passphrase(string wrong)
    {
        using var secret = Secrets.Passphrase();
        using var other = Secrets.Passphrase(wrong);
        var file = Create(secret, out var made);
        made.Dispose();
        var refused = Assert.Throws<VaultException>(() => NodeVault.Open(file, other).Dispose());
        Assert.Equal(VaultRefusal.WrongSecret, refused.Refusal);
        Assert.DoesNotContain(wrong, refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Rejects_a_passphrase_too_short_to_make_a_node()
    {
        using var secret = Secrets.Passphrase("11 bytes ..");
        Assert.Equal(VaultRefusal.SecretUnavailable, Assert.Throws<VaultException>(() => NodeVault.Create(secret, Secrets.Random, out _)).Refusal);
    }

    [Fact]
    public void Rejects_a_file_altered_anywhere_cut_or_lengthened()
    {
        using var secret = OperatorSecret.KeyFile(Secrets.Memory(Secrets.KeyFileBytes(7)));
        var file = Create(secret, out var made);
        made.Dispose();
        for (var i = 0; i < file.Length; i++)
        {
            var altered = (byte[])file.Clone();
            altered[i] ^= 0x10;
            // The stored verifier cannot be told from another secret's; everything else is known to be damage.
            Assert.True(Refusal(altered, secret) is VaultRefusal.Damaged or VaultRefusal.WrongSecret, $"byte {i}");
            Assert.Equal(VaultRefusal.Damaged, Refusal(file[..i], secret));
        }
        Assert.Equal(VaultRefusal.Damaged, Refusal([.. file, 0], secret));
    }

    [Fact]
    public void Rejects_a_store_sealed_by_another_vault()
    {
        using var secret = OperatorSecret.KeyFile(Secrets.Memory(Secrets.KeyFileBytes(7)));
        Create(secret, out var made);
        Create(secret, out var other);
        using (made)
        using (other)
        {
            var store = made.NewStore(Cluster, Secrets.Random);
            made.Check(store);
            Assert.Equal(VaultRefusal.OtherStore, Assert.Throws<VaultException>(() => other.Check(store)).Refusal);
            Assert.Equal(VaultRefusal.Damaged, Assert.Throws<VaultException>(() => made.Check(store with { SealParameters = "?"u8.ToArray() })).Refusal);
            Assert.Equal(VaultRefusal.OtherStore, Assert.Throws<VaultException>(() => made.Check(store with { SealVerifier = store.SealVerifier[1..] })).Refusal);
        }
    }

    [Fact]
    public void Nothing_prints_a_secret()
    {
        using var secret = Secrets.Passphrase();
        Create(secret, out var made);
        using (made)
        {
            Assert.DoesNotContain(Secrets.Right, secret.ToString(), StringComparison.Ordinal);
            Assert.Equal($"NodeVault({made.Nid}, <redacted>)", made.ToString());
        }
    }

    [Fact]
    public void The_key_that_is_to_follow_takes_the_others_place_and_the_former_is_gone()
    {
        using var secret = Secrets.Passphrase();
        var file = Create(secret, out var made);
        using (made)
        {
            var store = made.NewStore(Cluster, Secrets.Random);
            var next = made.CreateNext(Secrets.Random, out var publicKey);
            Assert.NotEqual(made.Identity.PublicKey, publicKey);
            Assert.False(made.TryUse(publicKey)); // not opened yet
            Assert.Equal(publicKey, made.OpenNext(next));
            Assert.Equal(publicKey, made.OpenNext(next)); // again is no change
            var former = made.Identity;
            Assert.True(made.TryUse(publicKey));
            Assert.Equal(publicKey, made.Identity.PublicKey);
            Assert.True(former.PublicKey.Verify("begun before"u8, Secrets.SignBy(former, "begun before"u8)));

            using var opened = NodeVault.Open(made.Promote(file, next, Secrets.Random), secret);
            Assert.Equal((made.Nid, publicKey), (opened.Nid, opened.Identity.PublicKey));
            Assert.NotEqual(opened.Nid, opened.Identity.PublicKey.ToNodeId()); // the nid is the first key's for ever
            Assert.Null(opened.FindIdentity(former.PublicKey));
            opened.Check(store);
        }
    }

    [Fact]
    public void Rejects_a_next_key_that_is_damaged_or_another_nodes()
    {
        using var secret = Secrets.Passphrase();
        Create(secret, out var made);
        Create(secret, out var other);
        using (made)
        using (other)
        {
            var next = made.CreateNext(Secrets.Random, out _);
            Assert.Equal(VaultRefusal.Damaged, Assert.Throws<VaultException>(() => other.OpenNext(next)).Refusal);
            for (var at = 0; at < next.Length; at += 7)
            {
                var bent = next.ToArray();
                bent[at] ^= 1;
                Assert.Equal(VaultRefusal.Damaged, Assert.Throws<VaultException>(() => made.OpenNext(bent)).Refusal);
            }
            Assert.Equal(VaultRefusal.Damaged, Assert.Throws<VaultException>(() => made.OpenNext(next.AsSpan(0, next.Length - 1))).Refusal);
        }
    }
}
