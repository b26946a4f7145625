using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Documents.Signatures;

namespace MpcSigner.Documents.Rosters;

/// <summary>The chain of signed versions (design §5): which roster may follow the one in force. Pure; every node, client and tool asks it for itself.</summary>
/// <remarks>A version rests on the administrators of the version before it; the first one on a key that was pinned by another road.</remarks>
public static class RosterChain
{
    private const string GetAgain = "Get roster and signatures from the administrators again, byte for byte.";
    private const string MakeAnew = "Make the change anew from the roster in force, and have it signed.";

    /// <summary>Reads the first version of a chain.</summary>
    /// <param name="signatures">Files of <see cref="DocumentSignatures"/>; one of them by the pinned administrator.</param>
    /// <param name="pinnedKey">The Ed25519 key that the reader was told to trust, 32 bytes: anyone can write a roster that names an administrator of his own.</param>
    public static bool TryBegin(
        ReadOnlySpan<byte> bytes, IReadOnlyList<ReadOnlyMemory<byte>> signatures, ReadOnlySpan<byte> pinnedKey, SignatureVerifier verifier,
        [NotNullWhen(true)] out Roster? roster, [NotNullWhen(false)] out RosterRefusal? refusal)
    {
        if (!TryRead(bytes, signatures, out roster, out var set, out refusal))
            return false;
        refusal = roster.Version != RosterDocument.FirstVersion
            ? new(RosterFault.NotFirst, $"This is version {roster.Version}; a chain of rosters begins with version {RosterDocument.FirstVersion}.", "Give the cluster's first roster here; later versions follow it.")
            : JudgeFirst(bytes, set, roster, pinnedKey, verifier);
        if (refusal is not null)
            roster = null;
        return refusal is null;
    }

    /// <summary>Judges the version that is to follow <paramref name="inForce"/>.</summary>
    /// <param name="bytes">Untrusted.</param>
    /// <param name="signatures">Files of <see cref="DocumentSignatures"/>, untrusted: by administrators of <paramref name="inForce"/>.</param>
    public static bool TryExtend(
        Roster inForce, ReadOnlySpan<byte> bytes, IReadOnlyList<ReadOnlyMemory<byte>> signatures, SignatureVerifier verifier,
        [NotNullWhen(true)] out Roster? next, [NotNullWhen(false)] out RosterRefusal? refusal)
    {
        next = null;
        if (new Digest32(SHA256.HashData(bytes)) == inForce.Hash)
        {
            refusal = new(RosterFault.InForceAlready, $"Version {inForce.Version} is in force already, with these very bytes.", "There is nothing to do.");
            return false;
        }
        if (!TryRead(bytes, signatures, out var roster, out var set, out refusal))
            return false;
        refusal = JudgeVersion(inForce, roster) ?? JudgeSignatures(bytes, set, inForce, verifier) ?? RosterSuccession.Judge(inForce, roster);
        if (refusal is null)
            next = roster;
        return refusal is null;
    }

    /// <summary>What may be said of an unsigned draft: everything but its signatures. Null when it only wants those.</summary>
    public static RosterRefusal? JudgeDraft(Roster inForce, Roster draft) => JudgeVersion(inForce, draft) ?? RosterSuccession.Judge(inForce, draft);

    private static bool TryRead(
        ReadOnlySpan<byte> bytes, IReadOnlyList<ReadOnlyMemory<byte>> signatures,
        [NotNullWhen(true)] out Roster? roster, [NotNullWhen(true)] out DocumentSignatures? set, [NotNullWhen(false)] out RosterRefusal? refusal)
    {
        set = null;
        refusal = null;
        if (!RosterDocument.TryParse(bytes, out roster, out var errors))
            refusal = new(RosterFault.Unreadable, $"The roster has errors: {string.Join("; ", errors)}.", "Correct them all, and have it signed again.");
        else if (!DocumentSignatures.TryParse(signatures, out set, out errors))
            refusal = new(RosterFault.SignaturesUnreadable, $"A signature of the roster has errors: {string.Join("; ", errors)}.", GetAgain);
        if (refusal is not null)
            roster = null;
        return refusal is null;
    }

    private static RosterRefusal? JudgeFirst(ReadOnlySpan<byte> bytes, DocumentSignatures set, Roster roster, ReadOnlySpan<byte> pinnedKey, SignatureVerifier verifier)
    {
        // How many must sign is for what follows: the first one rests on the pinned key alone.
        var refusal = set.Judge(bytes, DocumentKind.Roster, roster with { Quorum = 1 }, verifier);
        if (refusal is not null)
            return Of(refusal, roster);
        foreach (var signature in set.All)
        {
            if (roster.Administrators.First(known => known.Name == signature.Administrator).SigningKey.Span.SequenceEqual(pinnedKey))
                return null;
        }
        var signers = string.Join(", ", set.All.Select(signature =>
            $"{signature.Administrator} with key {Convert.ToHexStringLower(roster.Administrators.First(known => known.Name == signature.Administrator).SigningKey.Span)}"));
        return new(RosterFault.NotPinned, $"The roster is signed by {signers}, but the administrator key to trust is {Convert.ToHexStringLower(pinnedKey)}.",
            "Find out which of the two is right before you change either.");
    }

    private static RosterRefusal? JudgeVersion(Roster inForce, Roster next)
    {
        if (next.Version < inForce.Version)
            return new(RosterFault.Rollback, $"Version {next.Version} is older than version {inForce.Version}, which is in force.", "A roster never goes back: make the change as a new version.");
        if (next.Version == inForce.Version)
        {
            return new(RosterFault.Fork, $"Another version {inForce.Version} is in force: {inForce.Hash}, not {next.Hash}.",
                "Find out who signed two rosters of one version. " + MakeAnew);
        }
        if (next.Version - inForce.Version > 1)
            return new(RosterFault.Gap, $"Version {next.Version} cannot follow version {inForce.Version}: those between are missing.", $"Give version {inForce.Version + 1} first.");
        if (next.Predecessor != inForce.Hash)
            return new(RosterFault.WrongPredecessor, $"Version {next.Version} follows roster {next.Predecessor}; in force is {inForce.Hash}.", MakeAnew);
        return next.Cluster != inForce.Cluster
            ? new(RosterFault.WrongCluster, $"The roster is of cluster {next.Cluster}; this is {inForce.Cluster}.", "Give it to the cluster it names.")
            : null;
    }

    private static RosterRefusal? JudgeSignatures(ReadOnlySpan<byte> bytes, DocumentSignatures set, Roster inForce, SignatureVerifier verifier) =>
        set.Judge(bytes, DocumentKind.Roster, inForce, verifier) is { } refusal ? Of(refusal, inForce) : null;

    private static RosterRefusal Of(SignatureRefusal refusal, Roster signers)
    {
        var fault = refusal.Fault switch
        {
            SignatureFault.OtherKind or SignatureFault.OtherDocument or SignatureFault.BadSignature => RosterFault.BadSignature,
            SignatureFault.UnknownAdministrator => RosterFault.UnknownAdministrator,
            SignatureFault.SignedTwice => RosterFault.SignedTwice,
            SignatureFault.TooFew => RosterFault.TooFewSignatures,
        };
        return new(fault, $"The roster is not signed: {refusal.Message}.",
            $"Have {(signers.Quorum == 1 ? "an administrator" : $"{signers.Quorum} administrators")} of version {signers.Version} sign these very bytes.");
    }
}
