using System.Security.Cryptography;
using Google.Protobuf;
using MpcSigner.Client.Calls;
using MpcSigner.Client.Errors;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Client.Administration;

/// <summary>Evidence at the nodes that keep it.</summary>
internal sealed class EvidenceCalls(Roster roster, AdministratorConnections nodes)
{
    private const uint EntriesPerPage = 200;

    /// <summary>An evidence file is not larger; a node that says otherwise is not believed.</summary>
    private const int MaxFileBytes = 16 << 20;

    public async Task<EvidenceList> ListAsync(RosterNode? only, CancellationToken cancellation)
    {
        if (only is not null)
        {
            var one = await nodes.AskAsync(only, (node, _) => PagesAsync(node, cancellation), cancellation).ConfigureAwait(false);
            return Merge([one], []);
        }
        var answers = await nodes.AskAllAsync((node, _) => PagesAsync(node, cancellation), cancellation).ConfigureAwait(false);
        if (answers.All(a => a.Value is null))
            throw Failures.NoAnswer([.. answers.Select(a => a.Refusal!)]);
        return Merge([.. answers.Select(a => a.Value).OfType<NodeEvidence>()], [.. answers.Select(a => a.Refusal).OfType<NodeRefusal>()]);
    }

    /// <summary>The file, whose hash is its id: no node can give another.</summary>
    public async Task<byte[]> DownloadAsync(Digest32 id, RosterNode? node, CancellationToken cancellation)
    {
        if (node is null)
        {
            var answers = await nodes.AskAllAsync(async (n, call) => await n.Admin.GetEvidenceAsync(Request(id, MaxFileBytes - 1), call), cancellation).ConfigureAwait(false);
            node = answers.FirstOrDefault(a => a.Value is not null)?.Node ?? throw Unknown(id, [.. answers.Select(a => a.Refusal!)]);
        }
        using var file = new MemoryStream();
        while (true)
        {
            var from = (int)file.Length;
            var answer = await nodes.AskAsync(node, async (n, call) => await n.Admin.GetEvidenceAsync(Request(id, from), call), cancellation).ConfigureAwait(false);
            var size = answer.Evidence?.Size ?? 0;
            answer.Piece.WriteTo(file);
            if (size > MaxFileBytes || file.Length > size || (answer.Piece.IsEmpty && file.Length < size))
                throw Failures.NotVerified($"Node {node.Name} answered with a piece that does not lead on.");
            if (file.Length == size)
                break;
        }
        var bytes = file.ToArray();
        return new Digest32(SHA256.HashData(bytes)) == id
            ? bytes
            : throw Failures.NotVerified($"What node {node.Name} gave as evidence {id} has another hash.");
    }

    private static async Task<NodeEvidence> PagesAsync(NodeConnection node, CancellationToken cancellation)
    {
        List<V1.Evidence> found = [];
        var request = new V1.ListEvidenceRequest { Limit = EntriesPerPage };
        V1.ListEvidenceResponse page;
        do
        {
            page = await node.Admin.ListEvidenceAsync(request, node.Within(NodeConnection.PageTimeout, cancellation));
            found.AddRange(page.Evidence);
            if (page.Next != 0 && page.Next <= request.Offset)
                throw Failures.NotVerified($"Node {node.Node.Name} answered with a page that does not lead on.");
            request.Offset = page.Next;
        }
        while (request.Offset != 0);
        return new(node.Node, found, [.. page.NotKept]);
    }

    private EvidenceList Merge(IReadOnlyList<NodeEvidence> answers, IReadOnlyList<NodeRefusal> silent) => new(
        [.. answers.SelectMany(a => a.Entries.Select(e => Read(e, a.Node))).OrderByDescending(e => e.FoundAt)],
        [.. answers.SelectMany(a => a.NotKept.Select(n => new EvidenceNotKept(a.Node.Name, CulpritOf(n.Culprit), (long)Math.Min(n.Count, long.MaxValue))))],
        silent);

    private EvidenceStatus Read(V1.Evidence entry, RosterNode node) => entry.Id.Length == Digest32.Size && entry.Request.Length == Digest32.Size
        ? new()
        {
            Id = Convert.ToHexStringLower(entry.Id.Span),
            Node = node.Name,
            Culprit = CulpritOf(entry.Culprit),
            Protocol = (int)Math.Min(entry.Protocol, byte.MaxValue),
            Fault = (int)Math.Min(entry.Fault, ushort.MaxValue),
            Request = Convert.ToHexStringLower(entry.Request.Span),
            Key = entry.KeyId.Length == KeyId.Size ? Convert.ToHexStringLower(entry.KeyId.Span) : "",
            FoundAt = Times.Read(entry.FoundAtMs),
            Size = (int)Math.Min(entry.Size, int.MaxValue),
        }
        : throw Failures.NotVerified($"Node {node.Name} lists evidence without an id.");

    private string CulpritOf(ByteString nid) => nid.Length == NodeId.Size ? Names.Of(roster, new NodeId(new Bytes32(nid.Span))) : "";

    private static MpcSignerException Unknown(Digest32 id, IReadOnlyList<NodeRefusal> refusals) =>
        refusals.All(r => r.Reason == ReasonCodes.Name(Reason.UnknownEvidence))
            ? new(FailureKind.Invalid, ReasonCodes.Name(Reason.UnknownEvidence), $"No node keeps evidence {id}.", "Check the id: mpcsigner evidence list.", [])
            : Failures.NoAnswer(refusals);

    private static V1.GetEvidenceRequest Request(Digest32 id, int from) => new() { Id = ByteString.CopyFrom(id.ToArray()), From = (uint)from };

    private sealed record NodeEvidence(RosterNode Node, IReadOnlyList<V1.Evidence> Entries, IReadOnlyList<V1.EvidenceNotKept> NotKept);
}
