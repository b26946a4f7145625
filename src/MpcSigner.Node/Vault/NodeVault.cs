using System.Diagnostics;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Storage;

namespace MpcSigner.Node.Vault;

/// <summary>A node's opened secrets: its identity key and the key that its shares are sealed under.</summary>
/// <remarks>
/// Kept in one file: "MPCSIGNER-VAULT-1\n" ‖ u8 kind of the operator's secret ‖ nid ‖ LP(header of the key-encryption key) ‖ LP(wrapped sealing key) ‖
/// LP(identity seed, sealed), LP being a u16 length. The operator's secret opens the key-encryption key, that one the sealing key, that one seed and shares;
/// each seal names the nid, so a file put together from two nodes' parts does not open.
/// </remarks>
[DebuggerDisplay("<redacted>")]
internal sealed class NodeVault : IDisposable
{
    /// <summary>The file is some 400 bytes; a larger one is not read.</summary>
    public const int MaxFileBytes = 4_096;

    private const uint FirstSealingGeneration = 1;
    private const byte ParametersVersion = 1;
    private const int VerifierSecretSize = 32;

    /// <summary>No share has this generation: a store's verifier is sealed in its place.</summary>
    private const uint VerifierGeneration = uint.MaxValue;

    private readonly SealingKey _sealingKey;

    private NodeVault(NodeId nid, IdentityKey identity, SealingKey sealingKey) => (Nid, Identity, _sealingKey) = (nid, identity, sealingKey);

    private static ReadOnlySpan<byte> Magic => "MPCSIGNER-VAULT-1\n"u8;

    public NodeId Nid { get; }

    public IdentityKey Identity { get; }

    /// <summary>Makes a node: a fresh identity, whose hash is the nid, and a fresh sealing key.</summary>
    /// <param name="secret">Stays the caller's.</param>
    /// <param name="file">To be stored where only the owner reads it.</param>
    /// <exception cref="VaultException">The secret is out of bounds, or memory is short.</exception>
    public static NodeVault Create(OperatorSecret secret, IRandomSource random, out byte[] file)
    {
        using var wrapper = secret.CreateKey(random, out var header);
        var identity = IdentityKey.Generate(random);
        var nid = identity.PublicKey.ToNodeId();
        var vault = new NodeVault(nid, identity, SealingKey.Generate(FirstSealingGeneration, random));
        using var seed = identity.CopySeed();
        var wrapped = vault._sealingKey.Wrap(wrapper, nid, random);
        var sealedSeed = vault._sealingKey.Seal(SealingContext.ForIdentitySeed(nid), seed, random);

        var writer = new ByteWriter(MaxFileBytes).Bytes(Magic).U8((byte)secret.Kind).Bytes32(nid.Value);
        foreach (var part in (byte[][])[header, wrapped, sealedSeed])
            writer.U16(checked((ushort)part.Length)).Bytes(part);
        file = writer.ToArray();
        return vault;
    }

    /// <summary>Opens a node's file.</summary>
    /// <param name="file">At most <see cref="MaxFileBytes"/>.</param>
    /// <param name="secret">Stays the caller's.</param>
    /// <exception cref="VaultException">Says whether the secret is wrong or the file damaged.</exception>
    public static NodeVault Open(ReadOnlySpan<byte> file, OperatorSecret secret)
    {
        var reader = new ByteReader(file);
        if (!reader.Bytes(Magic.Length, out var magic) || !magic.SequenceEqual(Magic)
            || !reader.U8(out var kind) || (OperatorSecretKind)kind is not (OperatorSecretKind.Passphrase or OperatorSecretKind.KeyFile)
            || !reader.Bytes32(out var id)
            || !reader.U16(out var headerLength) || !reader.Bytes(headerLength, out var header)
            || !reader.U16(out var wrappedLength) || !reader.Bytes(wrappedLength, out var wrapped)
            || !reader.U16(out var seedLength) || !reader.Bytes(seedLength, out var sealedSeed)
            || !reader.AtEnd)
            throw Damaged("it has not the form of a sealed identity");

        var nid = new NodeId(id);
        using var wrapper = secret.OpenKey((OperatorSecretKind)kind, header);
        if (SealingKey.TryUnwrap(wrapped, wrapper, nid, out var sealingKey) != OpenResult.Opened)
            throw Damaged("the sealing key in it does not open, though the secret is right");
        try
        {
            if (sealingKey!.TryOpen(SealingContext.ForIdentitySeed(nid), sealedSeed, out var seed) != OpenResult.Opened)
                throw Damaged("the identity in it does not open");
            using (seed)
            {
                if (seed!.Length != IdentityKey.SeedSize)
                    throw Damaged("the identity in it has another length");
                return new(nid, IdentityKey.FromSeed(seed), sealingKey);
            }
        }
        catch
        {
            sealingKey!.Dispose();
            throw;
        }
    }

    /// <summary>What a new store of this node begins with, its verifier sealed.</summary>
    public StoreMeta NewStore(ClusterId cluster, IRandomSource random)
    {
        var storeId = new byte[StoreMeta.StoreIdSize];
        random.Fill(storeId);
        using var verifier = SecureMemory.Random(VerifierSecretSize, random);
        return new(
            new(cluster, Nid), storeId,
            new ByteWriter(5).U8(ParametersVersion).U32(_sealingKey.Generation).ToArray(),
            _sealingKey.Seal(SealingContext.ForShare(default, Nid, VerifierGeneration), verifier, random));
    }

    /// <summary>Does this vault open that store's shares? To be asked before the store is used.</summary>
    /// <exception cref="VaultException">No.</exception>
    public void Check(StoreMeta store)
    {
        var reader = new ByteReader(store.SealParameters.Span);
        if (!reader.U8(out var version) || version != ParametersVersion || !reader.U32(out _) || !reader.AtEnd)
            throw new VaultException(VaultRefusal.Damaged, "The store's seal parameters are damaged or of a newer version. Restore it from a backup, or install the newer version.");
        var result = _sealingKey.TryOpen(SealingContext.ForShare(default, Nid, VerifierGeneration), store.SealVerifier.Span, out var verifier);
        verifier?.Dispose();
        if (result != OpenResult.Opened)
            throw new VaultException(VaultRefusal.OtherStore,
                "The store's shares are sealed under another key than this node's sealed identity holds: the two files are not of one node. Restore both from one backup.");
    }

    /// <summary>The share in the form that is stored.</summary>
    /// <param name="share">Stays the caller's.</param>
    internal byte[] Seal(KeyId key, uint generation, Cryptography.Secrets.Scalars.SecretScalar share, IRandomSource random) =>
        _sealingKey.Seal(SealingContext.ForShare(key, Nid, generation), share, random);

    internal OpenResult TryOpen(KeyId key, uint generation, ReadOnlySpan<byte> sealedShare, out SecureMemory? share) =>
        _sealingKey.TryOpen(SealingContext.ForShare(key, Nid, generation), sealedShare, out share);

    private static VaultException Damaged(string why) =>
        new(VaultRefusal.Damaged, $"The sealed identity is damaged: {why}. Restore the file from a backup.");

    public override string ToString() => $"NodeVault({Nid}, <redacted>)";

    public void Dispose()
    {
        Identity.Dispose();
        _sealingKey.Dispose();
    }
}
