using System.Diagnostics;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Node.Vault.Files;
using MpcSigner.Node.Vault.Tokens;
using MpcSigner.Storage;

namespace MpcSigner.Node.Vault;

/// <summary>A node's opened secrets: its identity key and the generations of the key that its shares are sealed under, each in locked memory or in a token.</summary>
/// <remarks>
/// Kept in one file (<see cref="VaultFile"/>). An operator's secret opens the key-encryption key, that one the sealing keys; those, or ones in a token, open seed and shares;
/// each seal names the nid, so a file put together from two nodes' parts does not open. Of an operator's secret only a public key stays in memory: enough to write the file anew.
/// An identity key that is to follow lies beside it (<see cref="NextIdentityFile"/>) until a roster names it; then it takes the other's place in the file.
/// </remarks>
[DebuggerDisplay("<redacted>")]
internal sealed partial class NodeVault : IDisposable
{
    private const byte ParametersVersion = 1;
    private const int VerifierSecretSize = 32;

    /// <summary>No share has this generation: a store's verifier is sealed in its place.</summary>
    private const uint VerifierGeneration = uint.MaxValue;

    private readonly SealingKeys _keys;
    private readonly IReadOnlyList<IVaultToken> _tokens;
    private readonly Lazy<SealCalls> _calls;

    /// <summary>Ascending; the last is the newest. Changed by a rotation alone.</summary>
    private readonly List<SealedGeneration> _generations;

    /// <summary>Every identity key that was opened: what began under a former one still signs with it, so all live until the process ends.</summary>
    private readonly List<IIdentitySigner> _identities;
    private readonly Lock _lock = new();
    private volatile IIdentitySigner _identity;

    /// <param name="generations">As in <paramref name="file"/>; taken over.</param>
    /// <param name="tokens">Those that the options name; they stay the caller's and outlive this.</param>
    internal NodeVault(VaultFile file, IIdentitySigner identity, IReadOnlyList<SealedGeneration> generations, SealingKeys keys, IReadOnlyList<IVaultToken> tokens)
    {
        (Nid, _known, _identity, _keys, _tokens) = (file.Nid, [file], identity, keys, tokens);
        _identities = [identity];
        _generations = [.. generations];
        _retired = [.. file.Retired];
        _identitiesRetiredBefore = [.. file.Retired.Where(key => key.Id.Use == TokenKeyUse.Identity)];
        _calls = new(() => new(tokens.Select(token => token.Sessions).DefaultIfEmpty(1).Max()));
    }

    public NodeId Nid { get; }

    /// <summary>The one in use: that of the file, until <see cref="TryUse"/>.</summary>
    public IIdentitySigner Identity => _identity;

    /// <summary>The generation that seals.</summary>
    public uint SealingGeneration => _keys.Newest;

    /// <summary>Shares are on their way from one generation to the next.</summary>
    public bool HasOldGenerations => _keys.Count > 1;

    /// <summary>Sealing or opening may call a token, which blocks: see <see cref="RunAsync"/>.</summary>
    public bool CallsToken => _keys.CallToken;

    /// <summary>The newest generation has sealed so often that another is due.</summary>
    public bool IsWorn => _keys.IsWorn;

    /// <summary>What keeps the newest generation.</summary>
    public NodeSeal Seal => _generations[^1].Seal;

    /// <summary>One secret or token keeps all generations: a rotation that was begun is no change of the seal.</summary>
    public bool IsKeptThroughout => _generations.TrueForAll(generation => Seal.Keeps(generation.Part));

    /// <inheritdoc cref="VaultOpening.Open"/>
    public static NodeVault Open(ReadOnlySpan<byte> bytes, SealMeans means) => VaultOpening.Open(bytes, means);

    /// <inheritdoc cref="VaultOpening.Open"/>
    /// <param name="secret">Stays the caller's.</param>
    public static NodeVault Open(ReadOnlySpan<byte> bytes, OperatorSecret secret)
    {
        using var means = new SealMeans([secret], []);
        return VaultOpening.Open(bytes, means);
    }

    /// <inheritdoc cref="VaultCreation.Create"/>
    public static NodeVault Create(OperatorSecret secret, IRandomSource random, out byte[] file) => VaultCreation.Create(secret, null, null, random, out file);

    /// <summary>Runs what seals or opens: at once where all keys are in memory, else on a thread that may wait for the token.</summary>
    public Task<T> RunAsync<T>(Func<T> call) => CallsToken ? _calls.Value.RunAsync(call) : Task.FromResult(call());

    /// <summary>Whether the newest generation is kept by this very token.</summary>
    public bool IsKeptBy(NodeSeal seal) => seal.Keeps(_generations[^1].Part);

    /// <summary>Whether the newest generation is kept by a quorum of so many.</summary>
    public bool IsKeptByQuorum(int threshold, int operators) => _generations[^1].Part is { Kind: SealKind.Quorum } part
        && QuorumHeader.TryDecode(OperatorSecret.QuorumShape(part.Header), out var quorum) && (quorum.Threshold, quorum.Operators) == (threshold, operators);

    /// <summary>Whether the newest generation is kept by this very secret.</summary>
    public bool IsKeptBy(OperatorSecret secret)
    {
        var part = _generations[^1].Part;
        if (part.Kind != secret.Kind)
            return false;
        try
        {
            secret.OpenKey(part.Kind, part.Header).Dispose();
            return true;
        }
        catch (VaultException e) when (e.Refusal == VaultRefusal.WrongSecret)
        {
            return false;
        }
    }

    /// <summary>Keys of this node in its tokens that none of its files names: of a process that died before it could write the file, or of a file that was replaced by an older one.</summary>
    /// <param name="named">By all files.</param>
    /// <exception cref="VaultException">A token does not answer, or holds another node's keys.</exception>
    public IReadOnlyList<TokenKey> Orphans(IReadOnlyList<TokenKey> named) =>
    [
        .. _tokens.SelectMany(token => TokenKeys.OfNode(token, Nid).Select(id => new TokenKey(token.Label, token.Serial, id))).Except(named),
    ];

    /// <summary>Destroys a key that an operator says is nobody's. What was sealed under it, in any backup, never opens again.</summary>
    /// <exception cref="VaultException">The token does not answer.</exception>
    public void DestroyOrphan(TokenKey orphan) => (SealMeans.Find(_tokens, orphan) ?? throw NoToken(orphan)).Destroy(orphan.Id);

    /// <summary>A token that the options name.</summary>
    /// <exception cref="VaultException">It is not at hand.</exception>
    public IVaultToken RequireToken(string label, string? serial) => _tokens.FirstOrDefault(token => token.Label == label && (serial is null || token.Serial == serial))
        ?? throw new VaultException(VaultRefusal.TokenUnavailable, $"Token {label} is not there or does not answer. Connect it, or correct 'hsm'.");

    /// <summary>Makes the identity key that is to follow.</summary>
    /// <param name="token">Where; null: in memory, sealed.</param>
    /// <param name="publicKey">For the roster.</param>
    /// <returns>Its file, to be stored where only the owner reads it.</returns>
    /// <exception cref="VaultException">The token cannot.</exception>
    public byte[] CreateNext(IRandomSource random, out Ed25519PublicKey publicKey, IVaultToken? token = null)
    {
        if (token is not null)
        {
            TokenKeys.OfNode(token, Nid);
            var id = VaultCreation.NewIdentityId(TokenKeyId.OwnerOf(Nid), random);
            publicKey = token.MakeIdentity(id).PublicKey;
            return new NextIdentityFile(Nid, new IdentityPart.InToken(publicKey, new(token.Label, token.Serial, id))).ToBytes();
        }
        using var next = IdentityKey.Generate(random);
        using var seed = next.CopySeed();
        publicKey = next.PublicKey;
        return new NextIdentityFile(Nid, new IdentityPart.Sealed(Unavailable.AsRefusal(() => _keys.Seal(SealingContext.ForIdentitySeed(Nid), seed, random)))).ToBytes();
    }

    /// <summary>Opens the identity key that is to follow and keeps it beside the one in use.</summary>
    /// <exception cref="VaultException">Damaged, or another node's.</exception>
    public Ed25519PublicKey OpenNext(ReadOnlySpan<byte> file)
    {
        var next = VaultOpening.OpenIdentity(ReadNext(file).Identity, Nid, _keys, key => SealMeans.Find(_tokens, key) ?? throw NoToken(key));
        lock (_lock)
        {
            if (_identities.Any(known => known.PublicKey.Equals(next.PublicKey)))
                (next as IDisposable)?.Dispose();
            else
                _identities.Add(next);
        }
        return next.PublicKey;
    }

    /// <summary>An identity key that was opened, whichever is in use.</summary>
    public IIdentitySigner? FindIdentity(Ed25519PublicKey publicKey)
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

    internal NextIdentityFile ReadNext(ReadOnlySpan<byte> file) => NextIdentityFile.TryRead(file, out var next) && next.Nid == Nid
        ? next
        : throw Damaged("the key that is to follow has not the form of this node's");

    /// <summary>What a new store of this node begins with, its verifier sealed.</summary>
    /// <exception cref="VaultException">The token does not seal.</exception>
    public StoreMeta NewStore(ClusterId cluster, IRandomSource random)
    {
        var storeId = new byte[StoreMeta.StoreIdSize];
        random.Fill(storeId);
        var (parameters, verifier) = NewSeal(random);
        return new(new(cluster, Nid), storeId, parameters, verifier);
    }

    /// <summary>What recognises a store whose shares are sealed under the newest generation.</summary>
    /// <exception cref="VaultException">The token does not seal.</exception>
    public (byte[] Parameters, byte[] Verifier) NewSeal(IRandomSource random)
    {
        using var verifier = SecureMemory.Random(VerifierSecretSize, random);
        var sealedVerifier = Unavailable.AsRefusal(() => _keys.Seal(SealingContext.ForShare(default, Nid, VerifierGeneration), verifier, random));
        // Of the generation that sealed: another may be the newest by now.
        _ = SealedBytes.TryReadGeneration(sealedVerifier, out var generation);
        return (new ByteWriter(5).U8(ParametersVersion).U32(generation).ToArray(), sealedVerifier);
    }

    /// <summary>Does this vault open that store's shares? To be asked before the store is used.</summary>
    /// <exception cref="VaultException">No.</exception>
    public void Check(StoreMeta store)
    {
        var reader = new ByteReader(store.SealParameters.Span);
        if (!reader.U8(out var version) || version != ParametersVersion || !reader.U32(out _) || !reader.AtEnd)
            throw new VaultException(VaultRefusal.Damaged, "The store's seal parameters are damaged or of a newer version. Restore it from a backup, or install the newer version.");
        var result = Unavailable.AsRefusal(() =>
        {
            var opened = _keys.TryOpen(SealingContext.ForShare(default, Nid, VerifierGeneration), store.SealVerifier.Span, out var verifier);
            verifier?.Dispose();
            return opened;
        });
        if (result != OpenResult.Opened)
            throw new VaultException(VaultRefusal.OtherStore,
                "The store's shares are sealed under another key than this node's sealed identity holds: the two files are not of one node, or one of them is older than the last rotation of the sealing key. Restore both from one backup.");
    }

    /// <summary>For shares that go to the store together: sealed under the generation of today, which stays until they are there.</summary>
    internal SealingKeys.SealingLease Lease() => _keys.Lease();

    internal SealingContext ContextOf(KeyId key, uint generation) => SealingContext.ForShare(key, Nid, generation);

    /// <exception cref="SealUnavailableException">Its generation is in a token, which does not open now.</exception>
    internal OpenResult TryOpen(KeyId key, uint generation, ReadOnlySpan<byte> sealedShare, out SecureMemory? share) =>
        _keys.TryOpen(ContextOf(key, generation), sealedShare, out share);

    /// <summary>The same share under the newest generation.</summary>
    /// <param name="opened">Stays the caller's.</param>
    /// <exception cref="SealUnavailableException">That one is in a token, which does not seal now.</exception>
    internal byte[] SealAnew(KeyId key, uint generation, SecureMemory opened, IRandomSource random) => _keys.Seal(ContextOf(key, generation), opened, random);

    internal static VaultException Damaged(string why) =>
        new(VaultRefusal.Damaged, $"The sealed identity is damaged: {why}. Restore the file from a backup.");

    private static VaultException NoToken(TokenKey key) => new(VaultRefusal.SecretMissing,
        $"A key of this node is in token {key.Label} (serial {key.Serial}), which the options do not name. Name it under 'hsm', or under 'former_hsm' while another takes its place.");

    public override string ToString() => $"NodeVault({Nid}, <redacted>)";

    public void Dispose()
    {
        foreach (var identity in _identities)
            (identity as IDisposable)?.Dispose();
        _keys.Dispose();
        _next?.Key.Dispose();
        if (_calls.IsValueCreated)
            _calls.Value.Dispose();
    }
}
