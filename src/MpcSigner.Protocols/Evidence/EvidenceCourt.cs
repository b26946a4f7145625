using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Resharing;

namespace MpcSigner.Protocols.Evidence;

/// <summary>A third party's judgement of evidence files, offline: nothing counts but the rosters that the caller has verified and what the accused signed.</summary>
/// <remarks>
/// An honest party signs one message a round, right by what it itself received, under a context that binds every input of the session. So no set of its statements, under no inputs
/// that anybody makes up, convicts it: other inputs are another context, under which it signed nothing.
/// </remarks>
/// <param name="identities">Of the cluster's rosters, verified.</param>
public sealed class EvidenceCourt(RosterIdentities identities)
{
    /// <summary>Judges one file. That of an echo mismatch convicts nobody alone: <see cref="Compare"/>.</summary>
    public EvidenceVerdict Judge(EvidenceFile file)
    {
        if (Refuse(file) is { } refused)
            return refused;
        if (file.Culprit is not { } culprit)
            return EvidenceVerdict.Not(EvidenceFinding.NamesNobody, file.Kind, "It holds what one node received before an echo mismatch. Together with another node's file of the same session it may convict who told two stories.");
        if (file.Subject.Parties.All(party => party.Pid != culprit))
            return EvidenceVerdict.Not(EvidenceFinding.UnknownParty, file.Kind, $"The session has no party {culprit}.");
        if (ProvableFaults.Describe(file.Kind) is null)
            return EvidenceVerdict.Not(EvidenceFinding.NotShown, file.Kind, $"No message is proof of {file.Kind}: it is the word of whoever says it.");
        return file.Subject is EvidenceSubject.Signing signing ? JudgeShare(file, signing, culprit) : JudgeSession(file, culprit);
    }

    /// <summary>Compares what two nodes received in one session, and convicts who signed two different messages where one was due (spec §15).</summary>
    /// <returns>One verdict for each culprit, in party order; if nobody is convicted one that says why.</returns>
    public IReadOnlyList<EvidenceVerdict> Compare(EvidenceFile one, EvidenceFile other)
    {
        if ((Refuse(one) ?? Refuse(other)) is { } refused)
            return [refused];
        if (one.Subject.Context is null || one.Subject.Context != other.Subject.Context)
            return [EvidenceVerdict.Not(EvidenceFinding.OtherSessionThanFirst, FaultKind.Equivocation, "The two files are not of one session.")];
        if ((RefuseForeign(one) ?? RefuseForeign(other)) is { } foreign)
            return [foreign];
        List<EvidenceVerdict> convicted = [];
        IReadOnlyList<SignedStatement> ours = [.. StatementsOf(one)], shown = [.. StatementsOf(other)];
        foreach (var (pid, nid) in one.Subject.Parties)
        {
            foreach (var identity in identities.KeysOf(nid))
            {
                var found = Equivocation.Find(ours, shown, new Dictionary<PartyId, Ed25519PublicKey> { [pid] = identity.Key });
                if (found.Count == 0)
                    continue;
                convicted.Add(Convict(FaultKind.Equivocation, pid, nid, identity));
                break;
            }
        }
        return convicted.Count > 0
            ? convicted
            : [EvidenceVerdict.Not(EvidenceFinding.NoContradiction, FaultKind.Equivocation, "Nobody signed two different messages of one kind in these two files.")];
    }

    /// <summary>What is wrong with a file whatever it says; null if nothing is.</summary>
    private EvidenceVerdict? Refuse(EvidenceFile file)
    {
        if (file.Cluster != identities.Cluster)
            return EvidenceVerdict.Not(EvidenceFinding.OtherCluster, file.Kind, $"It is of cluster {file.Cluster}; the roster is of {identities.Cluster}.");
        foreach (var (pid, nid) in file.Subject.Parties)
        {
            if (identities.KeysOf(nid).Count == 0)
                return EvidenceVerdict.Not(EvidenceFinding.UnknownNode, file.Kind, $"Party {pid} is node {nid}, which roster version {identities.Version} does not name, nor does it as a former node.");
        }
        return SessionOrder.IsShown(file)
            ? null
            : EvidenceVerdict.Not(EvidenceFinding.OtherOrder, file.Kind, "The order that is shown is not the one that the session's inputs name.");
    }

    /// <summary>A file is of one session, and so is each of its statements; null if that holds.</summary>
    private static EvidenceVerdict? RefuseForeign(EvidenceFile file)
    {
        foreach (var statement in StatementsOf(file))
        {
            if (statement.Context != file.Subject.Context)
                return EvidenceVerdict.Not(EvidenceFinding.OtherSession, file.Kind, $"The {statement} was signed in another session.");
            if (file.Subject.Parties.All(party => party.Pid != statement.From))
                return EvidenceVerdict.Not(EvidenceFinding.UnknownParty, file.Kind, $"The session has no party {statement.From}.");
        }
        return null;
    }

    private EvidenceVerdict JudgeSession(EvidenceFile file, PartyId culprit)
    {
        if (RefuseForeign(file) is { } foreign)
            return foreign;
        Dictionary<NodeId, Ed25519PublicKey> keys = [];
        KnownIdentity? signed = null;
        foreach (var (pid, nid) in file.Subject.Parties)
        {
            var own = StatementsOf(file).Where(statement => statement.From == pid).ToList();
            if (identities.KeysOf(nid).FirstOrDefault(identity => own.All(statement => statement.Verify(identity.Key))) is not { } identity)
                return EvidenceVerdict.Not(EvidenceFinding.BadSignature, file.Kind, $"What is shown of party {pid} is not signed by node {identities.NameOf(nid)}, by no identity key it ever had.");
            keys[nid] = identity.Key;
            if (pid == culprit)
                signed = identity;
        }
        var accusation = new Accusation(culprit, file.Kind, file.Key, default, file.Statements);
        return IsProven(file.Subject, accusation, keys)
            ? Convict(file.Kind, culprit, NidOf(file, culprit), signed!)
            : EvidenceVerdict.Not(EvidenceFinding.NotShown, file.Kind, $"The signed messages do not show that party {culprit} {ProvableFaults.Describe(file.Kind)}.");
    }

    private static bool IsProven(EvidenceSubject subject, Accusation accusation, Dictionary<NodeId, Ed25519PublicKey> keys) => subject switch
    {
        EvidenceSubject.KeyGeneration made => new DkgEvidence(made.Input, keys).Convicts(accusation),
        EvidenceSubject.Maintenance maintained => MaintenanceEvidence.AreOrdered(maintained.Input.Terms, maintained.Records)
            && new MaintenanceEvidence(maintained.Input, maintained.Records, keys).Convicts(accusation),
        _ => throw new ArgumentException("a subject of no known kind", nameof(subject)),
    };

    /// <summary>A share is judged by the request that its signer signed it over, and by a record that all nodes of the key certified.</summary>
    private EvidenceVerdict JudgeShare(EvidenceFile file, EvidenceSubject.Signing signing, PartyId culprit)
    {
        if (!CommitCertificate.TryDecode(signing.Certificate.Span, out var certificate)
            || certificate.Verify(signing.Record, identities.HasEverSigned, signing.Dealers) is not { IsValid: true })
            return EvidenceVerdict.Not(EvidenceFinding.NotCertified, file.Kind, $"The nodes of key {signing.Record.KeyId} did not certify the record that is shown.");
        if (file.Statements is not [FrostShare share] || share.From != culprit || file.Key is not null)
            return EvidenceVerdict.Not(EvidenceFinding.NotShown, file.Kind, $"It does not hold one signed share of party {culprit}.");
        var nid = NidOf(file, culprit);
        if (identities.KeysOf(nid).FirstOrDefault(identity => share.Verify(identity.Key)) is not { } signed)
            return EvidenceVerdict.Not(EvidenceFinding.BadSignature, file.Kind, $"The share is not signed by node {identities.NameOf(nid)}, by no identity key it ever had.");
        var isScalar = Groups.For(signing.Record.Suite.Curve()).TryDecodeScalar(share.Share.Span, out _);
        var fits = file.Kind switch
        {
            FaultKind.BadSignatureShare => isScalar,
            FaultKind.MalformedMessage => !isScalar,
            _ => false,
        };
        var keys = new Dictionary<NodeId, Ed25519PublicKey> { [nid] = signed.Key };
        return fits && share.Convicts(signing.Record, keys)
            ? Convict(file.Kind, culprit, nid, signed)
            : EvidenceVerdict.Not(EvidenceFinding.NotShown, file.Kind, $"The signed share does not show that party {culprit} {ProvableFaults.Describe(file.Kind)}.");
    }

    private EvidenceVerdict Convict(FaultKind kind, PartyId culprit, NodeId nid, KnownIdentity identity) => new(
        EvidenceFinding.Convicts, $"Node {identities.NameOf(nid)} (party {culprit}) {ProvableFaults.Describe(kind)}. It is signed with {identity}.", kind, culprit, nid, identity);

    private static NodeId NidOf(EvidenceFile file, PartyId pid) => file.Subject.Parties.First(party => party.Pid == pid).Nid;

    private static IEnumerable<SignedStatement> StatementsOf(EvidenceFile file) => file.Statements.OfType<SignedStatement>();
}
