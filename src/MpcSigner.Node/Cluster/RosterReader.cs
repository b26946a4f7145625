using System.Diagnostics.CodeAnalysis;
using MpcSigner.Coordination.Rosters;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Documents;
using MpcSigner.Documents.Rosters;

namespace MpcSigner.Node.Cluster;

/// <summary>The roster's chain for the machine: documents as they are signed and stored.</summary>
internal sealed class RosterReader : IRosterReader
{
    public bool TryFollow(
        Roster current, ReadOnlyMemory<byte> roster, IReadOnlyList<ReadOnlyMemory<byte>> signatures,
        [NotNullWhen(true)] out Roster? next, [NotNullWhen(false)] out ServiceError? error)
    {
        error = RosterChain.TryExtend(current, roster.Span, signatures, Ed25519Signature.Verify, out next, out var refusal)
            ? null
            : new(ReasonOf(refusal.Fault), $"The roster is refused. {refusal.Message}", refusal.NextStep);
        return error is null;
    }

    public Roster ReadAccepted(ReadOnlyMemory<byte> roster) => RosterDocument.TryParse(roster.Span, out var read, out var errors)
        ? read
        : throw new InvalidOperationException($"the store holds a roster that cannot be read: {Told(errors)}");

    private static Reason ReasonOf(RosterFault fault) => fault switch
    {
        RosterFault.TooFewSignatures => Reason.TooFewSignatures,
        RosterFault.UnknownAdministrator => Reason.UnknownAdministrator,
        RosterFault.Unreadable or RosterFault.NotFirst or RosterFault.InForceAlready or RosterFault.Rollback or RosterFault.Fork or RosterFault.Gap
            or RosterFault.WrongPredecessor or RosterFault.WrongCluster or RosterFault.SignaturesUnreadable or RosterFault.SignedTwice or RosterFault.BadSignature
            or RosterFault.NotPinned or RosterFault.NodeVanished or RosterFault.FormerNodeChanged or RosterFault.KeyHistoryChanged or RosterFault.NewNodeWithPast
            or RosterFault.ForeignClientId => Reason.RosterRefused,
    };

    private static string Told(IReadOnlyList<DocumentError> errors) =>
        string.Join("; ", errors.Take(3)) + (errors.Count > 3 ? $"; and {errors.Count - 3} more" : "");
}
