using MpcSigner.Core.Encodings;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Vault.Files;
using MpcSigner.Node.Vault.Tokens;

namespace MpcSigner.Node.Vault;

/// <summary>The steps by which the sealed files change. Each answers what is to be written; <see cref="Start.IdentityFiles"/> writes it, one process at a time.</summary>
internal sealed partial class NodeVault
{
    /// <summary>The file as this process knows it; more than one after a replacement that failed half-way.</summary>
    private readonly List<VaultFile> _known;

    /// <summary>Identity keys that a former process retired: nothing that runs signs with them.</summary>
    private readonly IReadOnlyList<TokenKey> _identitiesRetiredBefore;

    /// <summary>As in the file that is durable.</summary>
    private volatile IReadOnlyList<TokenKey> _retired;

    /// <summary>Made, and not yet known to be in the file.</summary>
    private SealedGeneration? _next;

    /// <summary>Keys in tokens that are to be destroyed there, now.</summary>
    public IReadOnlyList<TokenKey> Retired =>
        [.. _retired.Where(key => key.Id.Use == TokenKeyUse.Seal || _identitiesRetiredBefore.Contains(key))];

    /// <summary>The sealed identity with the following key in the place of the former, whose private key is then nowhere on the disk; one in a token is retired.</summary>
    /// <exception cref="VaultException">One of the files is damaged or another node's.</exception>
    public byte[] Promote(ReadOnlySpan<byte> present, ReadOnlySpan<byte> nextFile, IRandomSource random)
    {
        if (!VaultFile.TryRead(present, out var file) || file.Nid != Nid)
            throw Damaged("it has not the form of this node's sealed identity");
        file = Renewed(file, random);
        return Remember(file with
        {
            Identity = ReadNext(nextFile).Identity,
            Retired = file.Identity is IdentityPart.InToken former ? WithRetired(file, [former.Key]) : file.Retired,
        });
    }

    /// <summary>The file with one more generation, which is not used before <see cref="AdoptGeneration"/>. Called again, it holds the same one.</summary>
    /// <param name="present">The file as it lies on the disk.</param>
    /// <param name="seal">What is to keep it; null: what keeps the present one.</param>
    /// <exception cref="VaultException">Another process has changed the sealing keys in it; or the token cannot make one.</exception>
    /// <exception cref="InvalidOperationException">Two generations are in use already.</exception>
    public byte[] PrepareGeneration(ReadOnlySpan<byte> present, IRandomSource random, NodeSeal? seal = null)
    {
        if (HasOldGenerations)
            throw new InvalidOperationException("the generation before is not retired yet");
        var file = Known(present);
        if (file.Retired.Count + 2 > VaultFile.MaxRetired)
            throw new VaultException(VaultRefusal.TokenUnfit,
                $"{file.Retired.Count} retired keys wait to be destroyed in tokens that did not answer. Name those tokens in the options and start the node, so that they are; or remove the keys with 'seal forget-orphan'.");
        _next ??= (seal ?? Seal).Make(Nid, _keys.Newest, random);
        return Remember(Renewed(file, random) with { Generations = [Newest(random), _next.Part] });
    }

    /// <summary>The prepared generation seals from now on: its file must be durable.</summary>
    public void AdoptGeneration()
    {
        var next = _next ?? throw new InvalidOperationException("no generation is prepared");
        _keys.Add(next.Key);
        _generations.Add(next);
        _next = null;
        ForgetFormerFiles();
    }

    /// <summary>Ends when nothing sealed under an old generation is on its way to the store any more.</summary>
    public Task OldSealsWritten() => _keys.OldLeasesEnded();

    /// <summary>The file with the newest generation alone; old ones in a token are retired.</summary>
    /// <param name="present">The file as it lies on the disk.</param>
    /// <exception cref="VaultException">Another process has changed the sealing keys in it, or the identity in it does not open.</exception>
    public byte[] WithoutOldGenerations(ReadOnlySpan<byte> present, IRandomSource random)
    {
        var file = Known(present);
        var retired = file.Generations.SkipLast(1).Select(TokenKeys.Of).OfType<TokenKey>();
        return Remember(file with { Generations = [Newest(random)], Identity = Anew(file.Identity, random), Retired = WithRetired(file, retired) });
    }

    /// <summary>The file of the identity key that is to follow, sealed under the newest generation.</summary>
    /// <exception cref="VaultException">It is damaged or another node's.</exception>
    public byte[] SealNextAnew(ReadOnlySpan<byte> nextFile, IRandomSource random) =>
        new NextIdentityFile(Nid, Anew(ReadNext(nextFile).Identity, random)).ToBytes();

    /// <summary>Wipes the old generations: what was sealed under them does not open any more. The file without them must be durable.</summary>
    /// <returns>Ends when what was being opened under them is open.</returns>
    public Task ForgetOldGenerations()
    {
        _generations.RemoveRange(0, _generations.Count - 1);
        ForgetFormerFiles();
        return _keys.ForgetOld();
    }

    /// <summary>The file is on the disk, for good: what it calls retired may be destroyed.</summary>
    public void IsDurable(ReadOnlySpan<byte> written)
    {
        if (VaultFile.TryRead(written, out var file))
            _retired = file.Retired;
    }

    /// <summary>Destroys the retired keys in their tokens.</summary>
    /// <param name="present">The file as it lies on the disk, for good.</param>
    /// <param name="trouble">Null, or why one is left: its token is not at hand, or does not answer.</param>
    /// <returns>Those that are gone there; the file may forget them.</returns>
    /// <exception cref="VaultException">Another process has changed the sealing keys in the file.</exception>
    public IReadOnlyList<TokenKey> DestroyRetired(ReadOnlySpan<byte> present, out VaultException? trouble)
    {
        trouble = null;
        List<TokenKey> gone = [];
        foreach (var key in Known(present).Retired.Intersect(Retired))
        {
            try
            {
                (SealMeans.Find(_tokens, key) ?? throw NoToken(key)).Destroy(key.Id); // not there any more: a former process died before it could say so
                gone.Add(key);
            }
            catch (VaultException e)
            {
                trouble = e;
            }
        }
        return gone;
    }

    /// <summary>The file without retired keys that are destroyed.</summary>
    /// <param name="present">The file as it lies on the disk.</param>
    /// <exception cref="VaultException">Another process has changed the sealing keys in it.</exception>
    public byte[] WithoutRetired(ReadOnlySpan<byte> present, IReadOnlyList<TokenKey> gone, IRandomSource random)
    {
        var file = Renewed(Known(present), random);
        return Remember(file with { Retired = [.. file.Retired.Except(gone)] });
    }

    /// <summary>Whether the file on the disk holds the sealing keys that this process has read.</summary>
    /// <exception cref="VaultException">No: what is sealed now would not open with that file.</exception>
    public void RequireKnown(ReadOnlySpan<byte> present) => Known(present);

    /// <summary>The keys in tokens that the file names.</summary>
    /// <exception cref="VaultException">The file is damaged.</exception>
    public static IReadOnlyList<TokenKey> NamedKeys(VaultFile file) =>
    [
        .. file.Generations.Select(TokenKeys.Of).OfType<TokenKey>(), .. file.Retired,
        .. file.Identity is IdentityPart.InToken identity ? (TokenKey[])[identity.Key] : [],
    ];

    private static IReadOnlyList<TokenKey> WithRetired(VaultFile file, IEnumerable<TokenKey> more) => [.. file.Retired.Union(more)];

    private GenerationPart Newest(IRandomSource random)
    {
        _generations[^1].Renew(Nid, random);
        return _generations[^1].Part;
    }

    /// <summary>A file of version 1 with its sealing key wrapped as the present version does.</summary>
    private VaultFile Renewed(VaultFile file, IRandomSource random) =>
        file.Newest.IsFirstForm ? file with { Generations = [Newest(random)] } : file;

    private IdentityPart Anew(IdentityPart identity, IRandomSource random)
    {
        if (identity is not IdentityPart.Sealed { Seed: var sealedSeed })
            return identity; // in a token
        return Unavailable.AsRefusal(() =>
        {
            if (_keys.TryOpen(SealingContext.ForIdentitySeed(Nid), sealedSeed, out var seed) != OpenResult.Opened)
                throw Damaged("the identity in it does not open");
            using (seed)
                return new IdentityPart.Sealed(_keys.Seal(SealingContext.ForIdentitySeed(Nid), seed!, random));
        });
    }

    /// <summary>What lies on the disk holds the sealing keys that this process knows. Were they others', to replace them would lose the shares under them.</summary>
    private VaultFile Known(ReadOnlySpan<byte> present)
    {
        if (!VaultFile.TryRead(present, out var file) || file.Nid != Nid)
            throw Changed();
        lock (_lock)
            return _known.Exists(known => known.HasSameSealingKeys(file)) ? file : throw Changed();
    }

    private static VaultException Changed() => new(VaultRefusal.Damaged,
        "The sealed identity holds other sealing keys than this process has read: another process has changed it meanwhile, or it was replaced. Nothing was written. Run this again.");

    private byte[] Remember(VaultFile file)
    {
        lock (_lock)
            _known.Add(file);
        return file.ToBytes();
    }

    private void ForgetFormerFiles()
    {
        lock (_lock)
            _known.RemoveRange(0, _known.Count - 1);
    }
}
