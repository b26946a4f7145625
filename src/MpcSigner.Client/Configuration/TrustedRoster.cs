using MpcSigner.Client.Errors;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Documents.Rosters;
using MpcSigner.Documents.Signatures;

namespace MpcSigner.Client.Configuration;

/// <summary>Reads a roster and believes it only under the signature of the administrator whose key the client was given.</summary>
internal static class TrustedRoster
{
    /// <param name="bytes">The exact bytes of the roster.</param>
    /// <param name="signatureBytes">The exact bytes of the signature over it.</param>
    /// <param name="administratorKey">32 bytes, known by another road.</param>
    public static Roster Read(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> signatureBytes, ReadOnlySpan<byte> administratorKey)
    {
        if (!RosterDocument.TryParse(bytes, out var roster, out var errors))
            throw Failures.Configuration($"The roster cannot be read: {string.Join("; ", errors)}.", "Get the roster from the cluster's administrator again, byte for byte.");
        if (!DocumentSignature.TryParse(signatureBytes, out var signature, out errors))
            throw Failures.Configuration($"The roster's signature cannot be read: {string.Join("; ", errors)}.", "Get it from the cluster's administrator again, byte for byte.");
        // Anyone can write a roster that names an administrator of his own: the key must be the one that we were told.
        var signer = roster.Administrators.FirstOrDefault(a => a.Name == signature.Administrator);
        if (signer is null || !administratorKey.SequenceEqual(signer.SigningKey.Span))
            throw Failures.Configuration($"The roster is signed by {signature.Administrator}, whose key there is not the administrator key that this client trusts.",
                "Check with the administrator which key and which roster are right.");
        if (!signature.Verify(bytes, DocumentKind.Roster, roster, Ed25519Signature.Verify, out var problem))
            throw Failures.Configuration($"The roster is not signed: {problem}.", "Get roster and signature from the cluster's administrator again, byte for byte.");
        return roster;
    }
}
