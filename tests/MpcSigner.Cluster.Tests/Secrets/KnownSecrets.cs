using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Node.Start;
using MpcSigner.Node.Vault;
using MpcSigner.Node.Vault.Files;
using Xunit;

namespace MpcSigner.Cluster.Tests.Secrets;

/// <summary>
/// The secrets of a real node, opened in the test's own process with the node's own passphrase: nothing in the product helps, and what is looked for in
/// the node's memory is what the node itself sealed.
/// </summary>
internal static class KnownSecrets
{
    public static async Task<KnownNode> OfAsync(TestCluster cluster, TestNode node, params SigningKey[] keys)
    {
        var file = await File.ReadAllBytesAsync(new NodeDirectory(node.Directory).Identity);
        using var secret = OperatorSecret.Passphrase(SecretReader.PassphraseFromFile(node.PassphrasePath));
        using var vault = NodeVault.Open(file, secret);
        using var seed = Assert.IsType<IdentityKey>(vault.Identity).CopySeed();
        var identity = BytesOf(seed);
        var shares = await NodeLog.WithStoreAsync(cluster, node, async store =>
        {
            var opened = new List<Secret>();
            foreach (var key in keys)
            {
                Assert.True(KeyId.TryParse(key.Id, out var id));
                var sealedShare = await store.ReadSealedShareAsync(id, 0, CancellationToken.None);
                Assert.NotNull(sealedShare);
                Assert.Equal(Cryptography.Secrets.Sealing.OpenResult.Opened, vault.TryOpen(id, 0, sealedShare, out var share));
                using (share)
                    opened.Add(new($"share of {key.Id[..8]}", BytesOf(share!)));
            }
            return opened;
        });
        return new(
            shares,
            new("sealing key", BytesOf(MemoryOf(SealingKeyOf(vault)))),
            new("identity seed", identity),
            new("key-encryption key", KeyEncryptionKey(secret, file)),
            new("passphrase", System.Text.Encoding.UTF8.GetBytes(File.ReadAllText(node.PassphrasePath).Trim())),
            DerivedOf(identity));
    }

    /// <summary>RFC 8032 §5.1.5: what a signature with the identity key computes on its way.</summary>
    private static List<Secret> DerivedOf(byte[] seed)
    {
        var expanded = SHA512.HashData(seed);
        var scalar = expanded[..32];
        scalar[0] &= 0xf8;
        scalar[31] = (byte)(scalar[31] & 0x7f | 0x40);
        return [new("identity scalar", scalar), new("identity prefix", expanded[32..])];
    }

    private static byte[] KeyEncryptionKey(OperatorSecret secret, byte[] file)
    {
        if (!VaultFile.TryRead(file, out var read))
            throw new InvalidOperationException("the sealed identity has another form than this test knows");
        using var key = secret.OpenKey(SealKind.Passphrase, read.Newest.Header);
        return BytesOf(MemoryOf(key));
    }

    /// <summary>Of a node that has erased nothing: it has one generation.</summary>
    private static object SealingKeyOf(NodeVault vault)
    {
        var generation = Assert.Single(((System.Collections.IList)Field(Field(vault, "_keys"), "_generations")).Cast<object>());
        return generation.GetType().GetProperty("Key")?.GetValue(generation) ?? throw new MissingFieldException(generation.GetType().Name, "Key");
    }

    private static SecureMemory MemoryOf(object key) => (SecureMemory)Field(key, "_key");

    private static object Field(object of, string name) =>
        of.GetType().GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(of) ?? throw new MissingFieldException(of.GetType().Name, name);

    private static byte[] BytesOf(SecureMemory memory)
    {
        var bytes = new byte[memory.Length];
        var held = false;
        memory.DangerousAddRef(ref held);
        Marshal.Copy(memory.DangerousGetHandle(), bytes, 0, bytes.Length);
        memory.DangerousRelease();
        return bytes;
    }
}

/// <summary>What a node keeps while it runs, what it must have wiped, and what it computes in passing.</summary>
internal sealed record KnownNode(
    IReadOnlyList<Secret> Shares, Secret SealingKey, Secret IdentitySeed, Secret KeyEncryptionKey, Secret Passphrase, IReadOnlyList<Secret> Derived)
{
    /// <summary>These live in locked memory for as long as the process.</summary>
    public IReadOnlyList<Secret> Kept => [.. Shares, SealingKey, IdentitySeed];

    /// <summary>Needed at the start or for a moment only: nowhere afterwards, not even in locked memory.</summary>
    public IReadOnlyList<Secret> Wiped => [KeyEncryptionKey, Passphrase, .. Derived];

    public IEnumerable<Secret> All => [.. Kept, .. Wiped];
}
