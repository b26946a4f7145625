using MpcSigner.Client.Errors;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Documents.Rosters;
using MpcSigner.Documents.Signatures;

namespace MpcSigner.Client;

/// <summary>A cluster's rosters from the first one on, each believed only as far as it is signed: the first by the administrator whose key was given, every other by the administrators of the one before.</summary>
/// <remarks>Made of bytes and giving bytes: whoever reads it needs no other copy of what was signed.</remarks>
public sealed class RosterHistory
{
    private const string GetAgain = "Get the rosters with their signatures from the cluster's administrators again, byte for byte.";

    private readonly List<SignedRoster> _versions = [];
    private readonly HashSet<(ClientId, string)> _known = [];
    private readonly List<RosterClient> _creators = [];

    private RosterHistory(Roster first, SignedRoster bytes)
    {
        Roster = first;
        _versions.Add(bytes);
        NoteCreators(first);
    }

    /// <value>Ascending from version 1.</value>
    public IReadOnlyList<SignedRoster> Versions => _versions;

    /// <value>The newest.</value>
    public SignedRoster Head => _versions[^1];

    /// <summary>The newest, read.</summary>
    internal Roster Roster { get; private set; }

    /// <summary>Every client that any version let create keys, once for each signing key it had.</summary>
    internal IReadOnlyList<RosterClient> Creators => _creators;

    /// <summary>Begins with a cluster's first roster.</summary>
    /// <param name="administratorKey">The Ed25519 key of who signed it, 32 bytes, known by another road than the roster.</param>
    /// <exception cref="MpcSignerException">CONFIGURATION: it cannot be read, or is not so signed.</exception>
    public static RosterHistory Begin(ReadOnlyMemory<byte> roster, ReadOnlyMemory<byte> signatures, ReadOnlyMemory<byte> administratorKey) =>
        RosterChain.TryBegin(roster.Span, [signatures], administratorKey.Span, Ed25519Signature.Verify, out var first, out var refusal)
            ? new(first, new(first.Version, roster, signatures))
            : throw Failures.Configuration(refusal.Message, refusal.Fault == RosterFault.NotPinned ? "Check with the administrators which key and which roster are right." : GetAgain);

    /// <summary>Begins with the first roster and adds the later ones.</summary>
    /// <param name="updates">Versions 2 and so on, without gaps.</param>
    /// <exception cref="MpcSignerException">CONFIGURATION names the version that does not follow.</exception>
    public static RosterHistory Read(
        ReadOnlyMemory<byte> roster, ReadOnlyMemory<byte> signatures, ReadOnlyMemory<byte> administratorKey, IReadOnlyList<SignedRoster> updates)
    {
        ArgumentNullException.ThrowIfNull(updates);
        var history = Begin(roster, signatures, administratorKey);
        foreach (var version in updates)
            history.Add(version);
        return history;
    }

    /// <summary>The chain of an administrator's or client's folder, verified under its administrator.pub.</summary>
    /// <exception cref="MpcSignerException">CONFIGURATION.</exception>
    public static RosterHistory Load(string folder) => Read(
        ClientFolder.Read(folder, ClientFolder.Roster), ClientFolder.Read(folder, ClientFolder.RosterSignature), ClientFolder.ReadKey(folder, ClientFolder.AdministratorKey),
        ClientFolder.ReadRosters(folder));

    /// <summary>Puts later versions that a folder lacks into it. What it has stays.</summary>
    /// <exception cref="MpcSignerException">CONFIGURATION: the folder holds another chain.</exception>
    public void Save(string folder)
    {
        var present = ClientFolder.ReadRosters(folder).ToDictionary(version => version.Version);
        foreach (var version in _versions.Skip(1))
        {
            if (!present.TryGetValue(version.Version, out var known))
                ClientFolder.AddRoster(folder, version);
            else if (!known.Roster.Span.SequenceEqual(version.Roster.Span))
                throw Failures.Configuration($"{folder} holds another version {version.Version} of the roster than the cluster.", "Find out where it comes from before you remove it.");
        }
    }

    /// <summary>Adds the version that follows, as a node gave it.</summary>
    /// <exception cref="MpcSignerException">As for <see cref="Add(SignedRoster)"/>.</exception>
    public void Add(RosterVersionBytes next)
    {
        ArgumentNullException.ThrowIfNull(next);
        if (!DocumentSignatures.TryParse(next.Signatures, out var signatures, out var errors) || signatures.All.Count == 0)
            throw Failures.Configuration($"The signatures of roster version {next.Version} cannot be read: {string.Join("; ", errors)}.", GetAgain);
        Add(new SignedRoster(next.Version, next.Roster, signatures.Write()));
    }

    /// <summary>Adds the version that follows.</summary>
    /// <exception cref="MpcSignerException">CONFIGURATION: it does not follow, with the reason: rollback, fork, gap, too few signatures, a signer who is no administrator of the version before.</exception>
    public void Add(SignedRoster next)
    {
        ArgumentNullException.ThrowIfNull(next);
        if (!RosterChain.TryExtend(Roster, next.Roster.Span, [next.Signatures], Ed25519Signature.Verify, out var roster, out var refusal))
            throw Failures.Configuration($"Version {next.Version} of the roster is refused. {refusal.Message}", refusal.NextStep);
        Roster = roster;
        _versions.Add(next with { Version = roster.Version });
        NoteCreators(roster);
    }

    private void NoteCreators(Roster roster) =>
        _creators.AddRange(roster.Clients.Where(client => client.MayCreateKeys && _known.Add((client.Id, Convert.ToHexString(client.SigningKey.Span)))));

    /// <summary>Checks a draft of the next version: everything but its signatures.</summary>
    /// <exception cref="MpcSignerException">CONFIGURATION, with the reason.</exception>
    public void CheckDraft(ReadOnlyMemory<byte> draft)
    {
        if (!RosterDocument.TryParse(draft.Span, out var roster, out var errors))
            throw Failures.Configuration($"The roster has errors: {string.Join("; ", errors)}.", "Correct them all; config/roster.v2.example.yaml explains every field.");
        if (RosterChain.JudgeDraft(Roster, roster) is { } refusal)
            throw Failures.Configuration(refusal.Message, refusal.NextStep);
    }
}
