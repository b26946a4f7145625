using MpcSigner.Client.Errors;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Documents.Rosters;

namespace MpcSigner.Client.Configuration;

/// <summary>Reads the chain of rosters and believes it only from the administrator's key that the client was given, one version after the other.</summary>
internal static class TrustedRoster
{
    /// <param name="bytes">The exact bytes of version 1.</param>
    /// <param name="signatures">The exact bytes of the file of signatures over it.</param>
    /// <param name="administratorKey">The Ed25519 public key of an administrator who signed it, 32 bytes, known by another road.</param>
    /// <param name="updates">Versions 2 and so on, without gaps.</param>
    public static Roster Read(ReadOnlyMemory<byte> bytes, ReadOnlyMemory<byte> signatures, ReadOnlyMemory<byte> administratorKey, IReadOnlyList<SignedRoster> updates)
    {
        if (!RosterChain.TryBegin(bytes.Span, [signatures], administratorKey.Span, Ed25519Signature.Verify, out var roster, out var refusal))
            throw Failures.Configuration(refusal.Message, refusal.NextStep);
        foreach (var update in updates)
        {
            if (!RosterChain.TryExtend(roster, update.Roster.Span, [update.Signatures], Ed25519Signature.Verify, out var next, out refusal))
                throw Failures.Configuration(refusal.Message, refusal.NextStep);
            roster = next;
        }
        return roster;
    }
}
