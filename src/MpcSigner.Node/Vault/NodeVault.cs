using System.Diagnostics;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Storage;

namespace MpcSigner.Node.Vault;

/// <summary>A node's opened secrets: its identity key and the generations of the key that its shares are sealed under.</summary>
/// <remarks>
/// Kept in one file (<see cref="VaultFile"/>). The operator's secret opens the key-encryption key, that one the sealing keys, those seed and shares;
/// each seal names the nid, so a file put together from two nodes' parts does not open. Of the operator's secret only a public key stays in memory: enough to write the file anew.
/// An identity key that is to follow lies beside it (<see cref="NextIdentityFile"/>) until a roster names it; then its seed takes the other's place in the file.
/// </remarks>
[DebuggerDisplay("<redacted>")]
internal sealed class NodeVault : IDisposable
{
    private const uint FirstSealingGeneration = 1;
    private const byte ParametersVersion = 1;
    private const int VerifierSecretSize = 32;

    /// <summary>No share has this generation: a store's verifier is sealed in its place.</summary>
    private const uint VerifierGeneration = uint.MaxValue;

    private readonly Bytes32 _recipient;
    private readonly SealingKeys _keys;

    /// <summary>The file as this process knows it; more than one after a replacement that failed half-way.</summary>
    private readonly List<VaultFile> _known;

    /// <summary>Made, and not yet known to be in the file.</summary>
    private SealingKey? _next;

    /// <summary>Every identity key that was opened: what began under a former one still signs with it, so all live until the process ends.</summary>
    private readonly List<IdentityKey> _identities;
    private readonly Lock _lock = new();
    private volatile IdentityKey _identity;

    private NodeVault(VaultFile file, Bytes32 recipient, IdentityKey identity, SealingKeys keys)
    {
        (Nid, _known, _recipient, _identity, _keys) = (file.Nid, [file], recipient, identity, keys);
        _identities = [identity];
    }

    public NodeId Nid { get; }

    /// <summary>The one in use: that of the file, until <see cref="TryUse"/>.</summary>
    public IdentityKey Identity => _identity;

    /// <summary>The generation that seals.</summary>
    public uint SealingGeneration => _keys.Newest;

    /// <summary>Shares are on their way from one generation to the next.</summary>
    public bool HasOldGenerations => _keys.Count > 1;

    /// <summary>Makes a node: a fresh identity, whose hash is the nid, and a fresh sealing key.</summary>
    /// <param name="secret">Stays the caller's.</param>
    /// <param name="file">To be stored where only the owner reads it.</param>
    /// <exception cref="VaultException">The secret is out of bounds, or memory is short.</exception>
    public static NodeVault Create(OperatorSecret secret, IRandomSource random, out byte[] file)
    {
        using var wrapper = secret.CreateKey(random, out var header);
        using var recipient = wrapper.DeriveRecipient();
        var identity = IdentityKey.Generate(random);
        var nid = identity.PublicKey.ToNodeId();
        var keys = new SealingKeys([SealingKey.Generate(FirstSealingGeneration, random)]);
        using var seed = identity.CopySeed();
        var made = new VaultFile(
            2, secret.Kind, nid, header, keys.Wrap(recipient.PublicKey, nid, random, newestOnly: true), keys.Seal(SealingContext.ForIdentitySeed(nid), seed, random));
        file = made.ToBytes();
        return new(made, recipient.PublicKey, identity, keys);
    }

    /// <summary>Opens a node's file.</summary>
    /// <param name="bytes">At most <see cref="VaultFile.MaxBytes"/>.</param>
    /// <param name="secret">Stays the caller's.</param>
    /// <exception cref="VaultException">Says whether the secret is wrong or the file damaged.</exception>
    public static NodeVault Open(ReadOnlySpan<byte> bytes, OperatorSecret secret)
    {
        if (!VaultFile.TryRead(bytes, out var file))
            throw Damaged("it has not the form of a sealed identity");
        using var wrapper = secret.OpenKey(file.Kind, file.Header);
        using var recipient = wrapper.DeriveRecipient();
        var keys = new List<SealingKey>();
        try
        {
            foreach (var wrapped in file.SealingKeys)
            {
                var result = file.Version == 1
                    ? SealingKey.TryUnwrapFirstForm(wrapped, wrapper, file.Nid, out var key)
                    : SealingKey.TryUnwrap(wrapped, recipient, file.Nid, out key);
                if (result != OpenResult.Opened)
                    throw Damaged("a sealing key in it does not open, though the secret is right");
                keys.Add(key!);
                if (keys.Count > 1 && keys[^1].Generation <= keys[^2].Generation)
                    throw Damaged("its sealing keys are out of order");
            }
            var generations = new SealingKeys(keys);
            return new(file, recipient.PublicKey, OpenIdentity(generations, file.Nid, file.SealedSeed), generations);
        }
        catch
        {
            keys.ForEach(key => key.Dispose());
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
        return new NextIdentityFile(Nid, _keys.Seal(SealingContext.ForIdentitySeed(Nid), seed, random)).ToBytes();
    }

    /// <summary>Opens the identity key that is to follow and keeps it beside the one in use.</summary>
    /// <exception cref="VaultException">Damaged, or another node's.</exception>
    public Ed25519PublicKey OpenNext(ReadOnlySpan<byte> file)
    {
        var next = OpenIdentity(_keys, Nid, ReadNext(file).SealedSeed);
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

    private static IdentityKey OpenIdentity(SealingKeys keys, NodeId nid, ReadOnlySpan<byte> sealedSeed)
    {
        if (keys.TryOpen(SealingContext.ForIdentitySeed(nid), sealedSeed, out var seed) != OpenResult.Opened)
            throw Damaged("the identity in it does not open");
        using (seed)
        {
            return seed!.Length == IdentityKey.SeedSize
                ? IdentityKey.FromSeed(seed)
                : throw Damaged("the identity in it has another length");
        }
    }

    /// <summary>The file with one more generation, which is not used before <see cref="AdoptGeneration"/>. Called again, it holds the same one.</summary>
    /// <param name="present">The file as it lies on the disk.</param>
    /// <exception cref="VaultException">Another process has changed the sealing keys in it.</exception>
    /// <exception cref="InvalidOperationException">Two generations are in use already.</exception>
    public byte[] PrepareGeneration(ReadOnlySpan<byte> present, IRandomSource random)
    {
        if (HasOldGenerations)
            throw new InvalidOperationException("the generation before is not retired yet");
        var file = Known(present);
        _next ??= SealingKey.Generate(checked(_keys.Newest + 1), random);
        return Remember(file with { SealingKeys = [.. _keys.Wrap(_recipient, Nid, random, newestOnly: true), _next.Wrap(_recipient, Nid, random)], Version = 2 });
    }

    /// <summary>The prepared generation seals from now on: its file must be durable.</summary>
    public void AdoptGeneration()
    {
        _keys.Add(_next ?? throw new InvalidOperationException("no generation is prepared"));
        _next = null;
        _known.RemoveRange(0, _known.Count - 1);
    }

    /// <summary>Ends when nothing sealed under an old generation is on its way to the store any more.</summary>
    public Task OldSealsWritten() => _keys.OldLeasesEnded();

    /// <summary>The file with the newest generation alone.</summary>
    /// <param name="present">The file as it lies on the disk.</param>
    /// <exception cref="VaultException">Another process has changed the sealing keys in it, or the identity in it does not open.</exception>
    public byte[] WithoutOldGenerations(ReadOnlySpan<byte> present, IRandomSource random)
    {
        var file = Known(present);
        return Remember(file with { SealingKeys = _keys.Wrap(_recipient, Nid, random, newestOnly: true), SealedSeed = SealSeedAnew(file.SealedSeed, random), Version = 2 });
    }

    /// <summary>The file of the identity key that is to follow, sealed under the newest generation.</summary>
    /// <exception cref="VaultException">It is damaged or another node's.</exception>
    public byte[] SealNextAnew(ReadOnlySpan<byte> nextFile, IRandomSource random) =>
        new NextIdentityFile(Nid, SealSeedAnew(ReadNext(nextFile).SealedSeed, random)).ToBytes();

    /// <summary>Wipes the old generations: what was sealed under them does not open any more. The file without them must be durable.</summary>
    public void ForgetOldGenerations()
    {
        _keys.ForgetOld();
        _known.RemoveRange(0, _known.Count - 1);
    }

    private byte[] SealSeedAnew(byte[] sealedSeed, IRandomSource random)
    {
        if (_keys.TryOpen(SealingContext.ForIdentitySeed(Nid), sealedSeed, out var seed) != OpenResult.Opened)
            throw Damaged("the identity in it does not open");
        using (seed)
            return _keys.Seal(SealingContext.ForIdentitySeed(Nid), seed!, random);
    }

    /// <summary>What lies on the disk holds the sealing keys that this process knows. Were they others', to replace them would lose the shares under them.</summary>
    private VaultFile Known(ReadOnlySpan<byte> present) =>
        VaultFile.TryRead(present, out var file) && file.Nid == Nid && _known.Exists(known => known.HasSameSealingKeys(file))
            ? file
            : throw new VaultException(VaultRefusal.Damaged,
                "The sealed identity holds other sealing keys than this process has read: another process has changed it meanwhile, or it was replaced. Nothing was written. Run this again.");

    /// <summary>Whether the file on the disk holds the sealing keys that this process has read.</summary>
    /// <exception cref="VaultException">No: what is sealed now would not open with that file.</exception>
    public void RequireKnown(ReadOnlySpan<byte> present) => Known(present);

    private byte[] Remember(VaultFile file)
    {
        _known.Add(file);
        return file.ToBytes();
    }

    /// <summary>What a new store of this node begins with, its verifier sealed.</summary>
    public StoreMeta NewStore(ClusterId cluster, IRandomSource random)
    {
        var storeId = new byte[StoreMeta.StoreIdSize];
        random.Fill(storeId);
        var (parameters, verifier) = NewSeal(random);
        return new(new(cluster, Nid), storeId, parameters, verifier);
    }

    /// <summary>What recognises a store whose shares are sealed under the newest generation.</summary>
    public (byte[] Parameters, byte[] Verifier) NewSeal(IRandomSource random)
    {
        using var verifier = SecureMemory.Random(VerifierSecretSize, random);
        return (
            new ByteWriter(5).U8(ParametersVersion).U32(_keys.Newest).ToArray(),
            _keys.Seal(SealingContext.ForShare(default, Nid, VerifierGeneration), verifier, random));
    }

    /// <summary>Does this vault open that store's shares? To be asked before the store is used.</summary>
    /// <exception cref="VaultException">No.</exception>
    public void Check(StoreMeta store)
    {
        var reader = new ByteReader(store.SealParameters.Span);
        if (!reader.U8(out var version) || version != ParametersVersion || !reader.U32(out _) || !reader.AtEnd)
            throw new VaultException(VaultRefusal.Damaged, "The store's seal parameters are damaged or of a newer version. Restore it from a backup, or install the newer version.");
        var result = _keys.TryOpen(SealingContext.ForShare(default, Nid, VerifierGeneration), store.SealVerifier.Span, out var verifier);
        verifier?.Dispose();
        if (result != OpenResult.Opened)
            throw new VaultException(VaultRefusal.OtherStore,
                "The store's shares are sealed under another key than this node's sealed identity holds: the two files are not of one node, or one of them is older than the last rotation of the sealing key. Restore both from one backup.");
    }

    /// <summary>For shares that go to the store together: sealed under the generation of today, which stays until they are there.</summary>
    internal SealingKeys.SealingLease Lease() => _keys.Lease();

    internal SealingContext ContextOf(KeyId key, uint generation) => SealingContext.ForShare(key, Nid, generation);

    internal OpenResult TryOpen(KeyId key, uint generation, ReadOnlySpan<byte> sealedShare, out SecureMemory? share) =>
        _keys.TryOpen(ContextOf(key, generation), sealedShare, out share);

    /// <summary>The same share under the newest generation.</summary>
    /// <param name="opened">Stays the caller's.</param>
    internal byte[] Seal(KeyId key, uint generation, SecureMemory opened, IRandomSource random) => _keys.Seal(ContextOf(key, generation), opened, random);

    private static VaultException Damaged(string why) =>
        new(VaultRefusal.Damaged, $"The sealed identity is damaged: {why}. Restore the file from a backup.");

    public override string ToString() => $"NodeVault({Nid}, <redacted>)";

    public void Dispose()
    {
        foreach (var identity in _identities)
            identity.Dispose();
        _keys.Dispose();
        _next?.Dispose();
    }
}
