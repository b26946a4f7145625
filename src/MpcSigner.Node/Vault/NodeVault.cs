using System.Diagnostics;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Storage;

namespace MpcSigner.Node.Vault;

/// <summary>A node's opened secrets: its identity key and the key that its shares are sealed under.</summary>
/// <remarks>
/// Kept in a <see cref="VaultFile"/>. The operator's secret opens the key-encryption key, that one the sealing key, that one seed and shares;
/// each seal names the nid, so a file put together from two nodes' parts does not open. An identity key that is to follow lies beside it
/// (<see cref="NextIdentityFile"/>) until a roster names it; then its seed takes the other's place in the file.
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

    /// <summary>Every identity key that was opened: what began under a former one still signs with it, so all live until the process ends.</summary>
    private readonly List<IdentityKey> _identities;
    private readonly Lock _lock = new();
    private volatile IdentityKey _identity;

    private NodeVault(NodeId nid, IdentityKey identity, SealingKey sealingKey)
    {
        (Nid, _identity, _sealingKey) = (nid, identity, sealingKey);
        _identities = [identity];
    }

    public NodeId Nid { get; }

    /// <summary>The one in use: that of the file, until <see cref="TryUse"/>.</summary>
    public IdentityKey Identity => _identity;

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

        file = new VaultFile(secret.Kind, nid, header, wrapped, sealedSeed).ToBytes();
        return vault;
    }

    /// <summary>Opens a node's file.</summary>
    /// <param name="file">At most <see cref="MaxFileBytes"/>.</param>
    /// <param name="secret">Stays the caller's.</param>
    /// <exception cref="VaultException">Says whether the secret is wrong or the file damaged.</exception>
    public static NodeVault Open(ReadOnlySpan<byte> file, OperatorSecret secret)
    {
        if (!VaultFile.TryRead(file, out var parts))
            throw Damaged("it has not the form of a sealed identity");
        var nid = parts.Nid;
        using var wrapper = secret.OpenKey(parts.Kind, parts.Header);
        if (SealingKey.TryUnwrap(parts.WrappedKey, wrapper, nid, out var sealingKey) != OpenResult.Opened)
            throw Damaged("the sealing key in it does not open, though the secret is right");
        try
        {
            return new(nid, OpenIdentity(sealingKey!, nid, parts.SealedSeed), sealingKey!);
        }
        catch
        {
            sealingKey!.Dispose();
            throw;
        }
    }

    /// <summary>Makes the identity key that is to follow.</summary>
    /// <param name="publicKey">For the roster.</param>
    /// <returns>Its file, to be stored where only the owner reads it.</returns>
    public byte[] CreateNext(IRandomSource random, out Ed25519PublicKey publicKey)
    {
        using var next = IdentityKey.Generate(random);
        using var seed = next.CopySeed();
        publicKey = next.PublicKey;
        return new NextIdentityFile(Nid, _sealingKey.Seal(SealingContext.ForIdentitySeed(Nid), seed, random)).ToBytes();
    }

    /// <summary>Opens the identity key that is to follow and keeps it beside the one in use.</summary>
    /// <exception cref="VaultException">Damaged, or another node's.</exception>
    public Ed25519PublicKey OpenNext(ReadOnlySpan<byte> file)
    {
        var next = OpenIdentity(_sealingKey, Nid, ReadNext(file).SealedSeed);
        lock (_lock)
        {
            if (_identities.Any(known => known.PublicKey.Equals(next.PublicKey)))
                next.Dispose();
            else
                _identities.Add(next);
        }
        return next.PublicKey;
    }

    /// <summary>An identity key that was opened, whichever is in use.</summary>
    public IdentityKey? FindIdentity(Ed25519PublicKey publicKey)
    {
        lock (_lock)
            return _identities.Find(known => known.PublicKey.Equals(publicKey));
    }

    /// <summary>From here on that key is the one in use. False when it was not opened.</summary>
    public bool TryUse(Ed25519PublicKey publicKey)
    {
        if (FindIdentity(publicKey) is not { } identity)
            return false;
        _identity = identity;
        return true;
    }

    /// <summary>The sealed identity with the following key in the place of the former, whose private key is then nowhere on the disk.</summary>
    /// <exception cref="VaultException">One of the files is damaged or another node's.</exception>
    public byte[] Promote(ReadOnlySpan<byte> file, ReadOnlySpan<byte> nextFile) => VaultFile.TryRead(file, out var parts) && parts.Nid == Nid
        ? (parts with { SealedSeed = ReadNext(nextFile).SealedSeed }).ToBytes()
        : throw Damaged("it has not the form of this node's sealed identity");

    private NextIdentityFile ReadNext(ReadOnlySpan<byte> file) => NextIdentityFile.TryRead(file, out var next) && next.Nid == Nid
        ? next
        : throw Damaged("the key that is to follow has not the form of this node's");

    private static IdentityKey OpenIdentity(SealingKey sealingKey, NodeId nid, ReadOnlySpan<byte> sealedSeed)
    {
        if (sealingKey.TryOpen(SealingContext.ForIdentitySeed(nid), sealedSeed, out var seed) != OpenResult.Opened)
            throw Damaged("the identity in it does not open");
        using (seed)
        {
            return seed!.Length == IdentityKey.SeedSize
                ? IdentityKey.FromSeed(seed)
                : throw Damaged("the identity in it has another length");
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
        foreach (var identity in _identities)
            identity.Dispose();
        _sealingKey.Dispose();
    }
}
