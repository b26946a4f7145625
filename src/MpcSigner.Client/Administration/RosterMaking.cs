using System.Security.Cryptography;
using MpcSigner.Client.Errors;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Documents.Rosters;
using MpcSigner.Documents.Signatures;

namespace MpcSigner.Client.Administration;

/// <summary>The next version of the roster: written, judged as nodes will judge it, and signed by the administrators whose keys are at hand.</summary>
internal sealed class RosterMaking(Roster present, OrderSigning signing)
{
    /// <exception cref="MpcSignerException">ROSTER_REFUSED says why it cannot follow; TOO_FEW_SIGNATURES.</exception>
    public async Task<SignedRoster> MakeAsync(RosterEdit edit, CancellationToken cancellation)
    {
        var bytes = RosterDocument.Write(edit.Apply(present));
        if (!RosterDocument.TryParse(bytes, out var next, out var errors))
            throw Refused($"The changed roster has errors: {string.Join("; ", errors)}.", "Correct what it names.");
        if (RosterChain.JudgeDraft(present, next) is { } refusal)
            throw Refused(refusal.Message, refusal.NextStep);
        if (signing.Known.Count < present.Quorum)
        {
            throw new MpcSignerException(FailureKind.Denied, "TOO_FEW_SIGNATURES", $"{present.Quorum} administrators must sign a roster; the keys of {signing.Known.Count} are at hand.",
                "Give the others' folders too, or have the change signed one after the other with mpcsigner roster sign.", []);
        }
        var digest = new Digest32(SHA256.HashData(bytes));
        List<DocumentSignature> signatures = [];
        foreach (var (administrator, signer) in signing.Known.Take(present.Quorum))
            signatures.Add(new(DocumentKind.Roster, digest, administrator.Name, await signer.SignAsync(DocumentSignature.Message(DocumentKind.Roster, present.Cluster, digest), cancellation).ConfigureAwait(false)));
        return new(next.Version, bytes, new DocumentSignatures(signatures).Write());
    }

    private static MpcSignerException Refused(string message, string nextStep) => new(FailureKind.Invalid, "ROSTER_REFUSED", message, nextStep, []);
}
