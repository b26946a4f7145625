using System.Diagnostics.CodeAnalysis;
using MpcSigner.Coordination.Rosters;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Documents;
using MpcSigner.Documents.Rosters;
using MpcSigner.Documents.Signatures;

namespace MpcSigner.Node.Cluster;

/// <summary>The roster's chain for the machine: documents as they are signed and stored.</summary>
internal sealed class RosterReader : IRosterReader
{
    public bool TryFollow(
        Roster current, ReadOnlyMemory<byte> roster, IReadOnlyList<ReadOnlyMemory<byte>> signatures,
        [NotNullWhen(true)] out Roster? next, [NotNullWhen(false)] out ServiceError? error)
    {
        next = null;
        if (!RosterDocument.TryParse(roster.Span, out var read, out var errors))
        {
            error = Refused($"it has errors: {Told(errors)}");
            return false;
        }
        error = JudgePlace(current, read) ?? JudgeSignatures(current, roster, signatures);
        if (error is not null)
            return false;
        next = read;
        return true;
    }

    public Roster ReadAccepted(ReadOnlyMemory<byte> roster) => RosterDocument.TryParse(roster.Span, out var read, out var errors)
        ? read
        : throw new InvalidOperationException($"the store holds a roster that cannot be read: {Told(errors)}");

    private static ServiceError? JudgePlace(Roster current, Roster next)
    {
        if (next.Version != current.Version + 1)
            return Refused($"version {next.Version} does not follow version {current.Version}, which is in force here");
        if (next.Predecessor != current.Hash)
            return Refused($"version {next.Version} names {next.Predecessor} as its predecessor; version {current.Version} here is {current.Hash}");
        return next.Cluster != current.Cluster ? Refused($"it is of cluster {next.Cluster}; this is {current.Cluster}") : null;
    }

    private static ServiceError? JudgeSignatures(Roster current, ReadOnlyMemory<byte> roster, IReadOnlyList<ReadOnlyMemory<byte>> signatures)
    {
        var signers = new HashSet<string>(StringComparer.Ordinal);
        foreach (var bytes in signatures)
        {
            if (!DocumentSignature.TryParse(bytes.Span, out var signature, out var errors))
                return Refused($"a signature has errors: {Told(errors)}");
            if (!signature.Verify(roster.Span, DocumentKind.Roster, current, Ed25519Signature.Verify, out var problem))
                return Refused(problem);
            if (!signers.Add(signature.Administrator))
                return Refused($"administrator {signature.Administrator} has signed it twice");
        }
        return signers.Count < current.Quorum
            ? new(Reason.TooFewSignatures, $"The roster is signed by {signers.Count} administrator(s) of version {current.Version}; {current.Quorum} must.", "Have more administrators sign it.")
            : null;
    }

    private static string Told(IReadOnlyList<DocumentError> errors) =>
        string.Join("; ", errors.Take(3)) + (errors.Count > 3 ? $"; and {errors.Count - 3} more" : "");

    private static ServiceError Refused(string why) =>
        new(Reason.RosterRefused, $"The roster is refused: {why}.", "Make the next version from the one in force and have the administrators' quorum sign it.");
}
