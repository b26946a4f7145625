using Google.Protobuf;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Services;

/// <summary>What administrators read of the evidence that this node keeps.</summary>
internal sealed class EvidenceAnswers(INodeStore store)
{
    public async Task<V1.ListEvidenceResponse> ListAsync(Page page, CancellationToken cancellation)
    {
        var found = (StoreAnswer.Evidence)(await store.ReadAsync([new StoreQuery.ListEvidence()], cancellation).ConfigureAwait(false))[0];
        var response = new V1.ListEvidenceResponse();
        var taken = Page.Fill(found.Rows.Skip(page.Offset).Select(ToWire), page.Count, response.Evidence);
        response.Next = page.Offset + taken < found.Rows.Count && taken > 0 ? (uint)(page.Offset + taken) : 0;
        response.NotKept.Add(found.NotKept.OrderBy(n => n.Key).Select(n => new V1.EvidenceNotKept { Culprit = CulpritOf(n.Key), Count = (ulong)n.Value }));
        return response;
    }

    /// <exception cref="ServiceException">This node keeps no such file.</exception>
    public async Task<V1.EvidencePiece> PieceAsync(Digest32 id, int from, CancellationToken cancellation)
    {
        var found = (StoreAnswer.EvidencePiece)(await store.ReadAsync([new StoreQuery.ReadEvidence(id, from)], cancellation).ConfigureAwait(false))[0];
        return found.Row is { } row
            ? new() { Evidence = ToWire(row), Piece = ByteString.CopyFrom(found.Piece.Span) }
            : throw new ServiceException(new(Reason.UnknownEvidence, $"This node keeps no evidence {id}.", "Ask the node whose list shows it."));
    }

    private static V1.Evidence ToWire(EvidenceRow row) => new()
    {
        Id = ByteString.CopyFrom(row.Id.ToArray()),
        Culprit = CulpritOf(row.Culprit),
        Protocol = row.Protocol,
        Fault = row.Kind,
        Request = ByteString.CopyFrom(row.Request.ToArray()),
        KeyId = row.Key == default ? ByteString.Empty : ByteString.CopyFrom(row.Key.ToArray()),
        FoundAtMs = row.FoundAt.ToUnixTimeMilliseconds(),
        Size = (uint)row.Size,
    };

    private static ByteString CulpritOf(NodeId nid) => nid == default ? ByteString.Empty : ByteString.CopyFrom(nid.ToArray());
}
