using MpcSigner.Client.Errors;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Verification.Keys;
using MpcSigner.Wire.Requests;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Client.Keys;

/// <summary>The anchors in one answer of a node: a creation request comes with the first of its keys, the others name it in their certificates. Claims; the verifier judges them.</summary>
internal sealed class ShownAnchors(RosterNode from)
{
    private readonly Dictionary<Digest32, SignedRequest> _creations = [];

    /// <summary>Null where none is shown. A key in generation 0 is shown with its own record and certificate.</summary>
    public KeyAnchor? Read(V1.KeyAnchor? shown, KeyId key, Suite suite, ReadOnlyMemory<byte> ownRecord, ReadOnlyMemory<byte> ownCertificate)
    {
        if (shown is null)
            return null;
        var bytes = shown.Record.IsEmpty ? ownRecord : shown.Record.ToByteArray();
        var certificate = shown.Certificate.IsEmpty ? ownCertificate : shown.Certificate.ToByteArray();
        if (shown.Index >= KeyLimits.MaxBatch || bytes.Length > KeyVerifier.MaxRecordBytes || certificate.Length > CommitCertificate.MaxSize
            || !KeyRecordEncoding.TryDecode(suite, bytes.Span, out var record) || !CommitCertificate.TryDecode(certificate.Span, out var read))
            throw Failures.NotVerified($"Node {from.Name} sent key {key} with a malformed anchor: an index, record or certificate out of its bounds.");
        return new(Creation(shown, key, read.OrderHash), (ushort)shown.Index, record!, certificate);
    }

    private SignedRequest Creation(V1.KeyAnchor shown, KeyId key, Digest32 order)
    {
        if (shown.Creation is null)
        {
            return _creations.TryGetValue(order, out var known) ? known
                : throw Failures.NotVerified($"Node {from.Name} sent key {key} without its creation request, which no key before it in the answer came with.");
        }
        if (!SignedRequestMapping.TryRead(shown.Creation, out var creation, out var malformed))
            throw Failures.NotVerified($"Node {from.Name} sent key {key} with a malformed creation request: {malformed.Message}");
        _creations[AnchorCheck.OrderOf(creation)] = creation;
        return creation;
    }
}
