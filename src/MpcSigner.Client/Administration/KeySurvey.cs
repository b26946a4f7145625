using System.Buffers.Binary;
using System.Security.Cryptography;
using Google.Protobuf;
using MpcSigner.Client.Calls;
using MpcSigner.Client.Errors;
using MpcSigner.Client.Keys;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Verification.Keys;
using MpcSigner.Wire.Requests;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Client.Administration;

/// <summary>Asks all nodes for keys and believes certificates only: no single node's word decides what an order starts from.</summary>
internal sealed class KeySurvey(Roster roster, KeyVerifier verifier, AdministratorConnections nodes)
{
    /// <summary>Three attempts for each second until 2061 (spec of schedules in WIRE.md); signed orders count from one.</summary>
    private const uint NoneComesSoFar = 3_500_000_000;

    private const int KeysPerQuestion = 50;

    private const uint KeysPerPage = 500;

    /// <exception cref="MpcSignerException">UNKNOWN_KEY for a key that no node knows; NOT_VERIFIED for a record that no certificate proves; UNREACHABLE when no node answers.</exception>
    public async Task<Survey> RunAsync(KeySelection selection, CancellationToken cancellation)
    {
        NodeId? holder = selection.Node.Length == 0 ? null : Names.Node(roster, selection.Node).Nid;
        var answers = await nodes.AskAllAsync(
            (node, _) => selection.Ids.Count > 0 ? FindAsync(node, selection.Ids, cancellation) : ListAsync(node, selection.Label, holder, cancellation), cancellation).ConfigureAwait(false);
        var silent = answers.Select(a => a.Refusal).OfType<NodeRefusal>().ToList();
        if (silent.Count == answers.Count)
            throw Failures.NoAnswer(silent);

        var shown = answers.Where(a => a.Value is not null)
            .SelectMany(a => a.Value!)
            .GroupBy(s => s.Id).OrderBy(g => g.Key.Value).ToList();
        var known = shown.Select(g => g.Key).ToHashSet();
        foreach (var id in selection.Ids)
        {
            if (!known.Contains(id))
            {
                throw new MpcSignerException(FailureKind.Invalid, "UNKNOWN_KEY", $"No node that answered knows key {id}.",
                    "Check the id; nodes that did not answer may know it.", silent);
            }
        }
        var keys = shown.Select(g => Judge(g.Key, [.. g], idIsKnown: selection.Ids.Count > 0)).OfType<SurveyedKey>();
        return new([.. keys.Where(key => selection.Label.Length == 0 || key.Label == selection.Label)], silent);
    }

    /// <summary>Null for a key that is still being made, or was given up.</summary>
    private SurveyedKey? Judge(KeyId id, IReadOnlyList<ShownState> shown, bool idIsKnown)
    {
        var (proven, anchor, label) = Prove(id, shown, idIsKnown);
        if (anchor is null)
            return null;
        var best = proven.Values.MaxBy(r => r.Generation)!;
        if (proven.Values.Where(r => r.Generation == best.Generation).Skip(1).Any())
            throw Failures.NotVerified($"Two different records of generation {best.Generation} of key {id} are certified. Its nodes must not sign any more before it is known why.");

        // No generation changes the key itself: who certifies another one cheats, however many they are.
        if (proven.Values.FirstOrDefault(r => !r.PublicKey.Span.SequenceEqual(best.PublicKey.Span) || r.ChainCode != best.ChainCode) is { } other)
            throw Failures.NotVerified($"Generations {other.Generation} and {best.Generation} of key {id} are certified with different public keys. Its nodes must not sign any more before it is known why.");

        var hash = KeyRecordHash.Compute(best);
        var present = shown.Where(s => InUse(s.State) == best.Generation).Select(s => s.State).ToList();
        return new(best, hash, anchor, label,
            [.. shown.Where(s => best.Find(s.Node.Nid) is not null && s.State.Generations.Any(g => IsInUse(g, best.Generation, hash))).Select(s => s.Node.Nid)],
            Highest(present.Select(s => s.LastAttempt), best.Threshold), Highest(present.Select(s => s.LastRecovery), best.Threshold),
            proven.Values.SelectMany(r => r.Parties).Max(p => p.Pid.Value),
            [.. proven.Values], [.. shown.Select(s => StandingOf(s.Node, s.State))]);
    }

    /// <summary>
    /// Nodes' mere words, which some that lie may set so high that no number is left above: one above those that schedules use counts when t nodes say as much.
    /// An attempt that fewer have begun is refused as stale by those, and the next number is tried.
    /// </summary>
    private static uint Highest(IEnumerable<uint> attempts, int threshold)
    {
        uint[] falling = [.. attempts.OrderDescending()];
        return falling.Where((attempt, i) => attempt < NoneComesSoFar || i >= threshold - 1).DefaultIfEmpty(0u).First();
    }

    /// <summary>Nodes show the same records and anchors: each is verified once.</summary>
    /// <returns>Every certified record by its bytes; the anchor that they hang on, null when no node has a certified one; the label that its creation asked for, where nodes may show any.</returns>
    private (Dictionary<string, KeyRecord> Proven, KeyAnchor? Anchor, string Label) Prove(KeyId id, IReadOnlyList<ShownState> shown, bool idIsKnown)
    {
        Dictionary<string, KeyRecord> proven = [];
        HashSet<(string, string)> seen = [];
        KeyAnchor? held = null;
        var label = "";
        // A node without an anchor tells no lie (an order brings it one): what it shows is held against what others have proven.
        foreach (var (node, _, state, anchor) in shown.OrderBy(s => s.Anchor is null))
        {
            foreach (var generation in state.Generations.Where(g => !g.Certificate.IsEmpty))
            {
                var name = Convert.ToHexString(generation.Record.Span);
                if (!seen.Add((name, anchor is null && held is not null ? NameOf(held) : NameOf(anchor))))
                    continue;
                var verdict = verifier.Verify(Shown(node, id, state, generation) with { Anchor = anchor ?? held }, idIsKnown);
                proven[name] = verdict.IsValid ? verdict.Key.Record
                    : throw Failures.NotVerified($"Node {node.Name} shows generation {generation.Generation} of key {id}, which is refused ({verdict.Fault}): {verdict.Detail}");
                if (held is null)
                    (held, label) = (anchor, state.Label);
            }
        }
        return (proven, held, label);
    }

    private static string NameOf(KeyAnchor? anchor)
    {
        if (anchor is null)
            return "";
        Span<byte> index = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(index, anchor.Index);
        return Convert.ToHexString(SHA256.HashData(
            [.. anchor.Creation.Client.ToArray(), .. anchor.Creation.Signature.Span, .. anchor.Creation.Body.Span, .. index,
                .. KeyRecordEncoding.Encode(anchor.Record), .. anchor.Certificate.Span]));
    }

    private static bool IsInUse(V1.KeyGeneration shown, uint generation, Digest32 hash) =>
        shown.Generation == generation && shown.State == V1.KeyGenerationState.Active && shown.RecordHash.Span.SequenceEqual(hash.ToArray());

    private static uint? InUse(V1.KeyGenerations state) => state.Generations.LastOrDefault(g => g.State == V1.KeyGenerationState.Active)?.Generation;

    private static NodeKeyState StandingOf(RosterNode node, V1.KeyGenerations state) => new(node, InUse(state),
        state.Generations.Any(g => g.State == V1.KeyGenerationState.Destroyed),
        [.. state.Generations.Select(g => (g.Generation, g.State.ToString().ToUpperInvariant(), IsParty(node, state, g)))]);

    private static bool IsParty(RosterNode node, V1.KeyGenerations state, V1.KeyGeneration generation) =>
        WireEnums.TryRead(state.Suite, out var suite) && KeyRecordEncoding.TryDecode(suite, generation.Record.Span, out var record) && record!.Find(node.Nid) is not null;

    private static ShownKey Shown(RosterNode node, KeyId id, V1.KeyGenerations state, V1.KeyGeneration generation)
    {
        if (!WireEnums.TryRead(state.Suite, out var suite) || !WireEnums.TryRead(state.Usage, out var usage) || state.Owner.Length != ClientId.Size
            || generation.Record.Length > KeyVerifier.MaxRecordBytes || generation.Certificate.Length > CommitCertificate.MaxSize)
            throw Failures.NotVerified($"Node {node.Name} sent a key that is malformed: a suite, usage, owner or record out of its bounds.");
        return new(id, suite, generation.Record.ToByteArray(), generation.Certificate.ToByteArray(), state.Label, usage, new(state.Owner.Span))
        {
            Dealers = KeyMapping.Dealers(generation.Dealers, node),
        };
    }

    private static KeyId ReadId(RosterNode node, ByteString bytes) => bytes.Length == KeyId.Size
        ? new(bytes.Span) : throw Failures.NotVerified($"Node {node.Name} sent a key id of {bytes.Length} bytes.");

    private static IEnumerable<ShownState> Read(RosterNode node, IEnumerable<V1.KeyGenerations> answer)
    {
        var anchors = new ShownAnchors(node);
        foreach (var state in answer)
        {
            var id = ReadId(node, state.KeyId);
            if (!WireEnums.TryRead(state.Suite, out var suite))
                throw Failures.NotVerified($"Node {node.Name} sent key {id} of no known suite.");
            yield return new(node, id, state, anchors.Read(state.Anchor, id, suite, default, default));
        }
    }

    private static async Task<IReadOnlyList<ShownState>> FindAsync(NodeConnection node, IReadOnlyList<KeyId> ids, CancellationToken cancellation)
    {
        List<ShownState> found = [];
        foreach (var chunk in ids.Chunk(KeysPerQuestion))
        {
            var request = new V1.GetKeyStatesRequest();
            request.Keys.Add(chunk.Select(k => ByteString.CopyFrom(k.ToArray())));
            found.AddRange(Read(node.Node, (await node.Admin.GetKeyStatesAsync(request, node.Within(NodeConnection.PageTimeout, cancellation))).Keys));
        }
        return found;
    }

    private static async Task<IReadOnlyList<ShownState>> ListAsync(NodeConnection node, string label, NodeId? holder, CancellationToken cancellation)
    {
        List<ShownState> found = [];
        var request = new V1.ListKeyStatesRequest { Limit = KeysPerPage, Label = label, Node = holder is { } nid ? ByteString.CopyFrom(nid.ToArray()) : ByteString.Empty };
        do
        {
            var page = await node.Admin.ListKeyStatesAsync(request, node.Within(NodeConnection.PageTimeout, cancellation));
            found.AddRange(Read(node.Node, page.Keys));
            // Ids ascend, so a cursor that does not would have us ask for ever.
            if (!page.Next.IsEmpty && page.Next.Span.SequenceCompareTo(request.After.Span) <= 0)
                throw Failures.NotVerified($"Node {node.Node.Name} answered with a page that does not lead on.");
            request.After = page.Next;
        }
        while (!request.After.IsEmpty);
        return found;
    }

    /// <summary>A key as one node shows it.</summary>
    private sealed record ShownState(RosterNode Node, KeyId Id, V1.KeyGenerations State, KeyAnchor? Anchor);
}
