using MpcSigner.Benchmarks.Measuring;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Rounds;

namespace MpcSigner.Benchmarks.Protocols;

/// <summary>n nodes in one process, and a key generation among them.</summary>
internal sealed class Committee : IDisposable
{
    public static readonly IRandomSource Random = SystemRandomSource.Instance;

    private readonly SortedDictionary<PartyId, IdentityKey> _keys = [];

    public Committee(int parties)
    {
        for (var pid = 1; pid <= parties; pid++)
            _keys.Add(new((ushort)pid), IdentityKey.Generate(Random));
        Parties = [.. _keys.Select(pair => (pair.Key, pair.Value.PublicKey.ToNodeId()))];
        Identities = _keys.Values.ToDictionary(key => key.PublicKey.ToNodeId(), key => key.PublicKey);
    }

    public IReadOnlyList<(PartyId Pid, NodeId Nid)> Parties { get; }

    public IReadOnlyDictionary<NodeId, Ed25519PublicKey> Identities { get; }

    /// <summary>A node's identity; through <paramref name="apart"/>, if given, its signatures are kept out of the measurement.</summary>
    public IIdentitySigner Signer(PartyId pid, IdentitySignatures? apart) => apart is null ? _keys[pid] : apart.Of(_keys[pid]);

    public NodeId Nid(PartyId pid) => Parties.First(party => party.Pid == pid).Nid;

    /// <summary>All three rounds, every party; the results are the caller's to dispose.</summary>
    /// <param name="apart">Keeps the identity signatures out; null counts them.</param>
    /// <param name="among">So many of the nodes, the first ones; null: all.</param>
    /// <param name="sent">Bytes each party sent, payloads only.</param>
    public Dictionary<PartyId, DkgResult> GenerateKeys(
        Suite suite, int threshold, int count, IdentitySignatures? apart, out Dictionary<PartyId, long> sent, int? among = null)
    {
        Span<byte> random = stackalloc byte[64];
        Random.Fill(random);
        IReadOnlyList<(PartyId Pid, NodeId Nid)> members = among is { } first ? [.. Parties.Take(first)] : Parties;
        if (!DkgInput.TryCreate(suite, new(random[..32]), count, threshold, members, members[0].Nid, new(random[32..]), out var input, out var fault))
            throw new InvalidOperationException($"{fault}");

        var results = new Dictionary<PartyId, DkgResult>();
        var bytes = members.ToDictionary(party => party.Pid, _ => 0L);
        var travelling = new Queue<(PartyId From, OutgoingMessage Message)>();
        var parties = new Dictionary<PartyId, DkgParty>();
        foreach (var (pid, nid) in members)
        {
            parties.Add(pid, DkgParty.Begin(new(input, nid, Signer(pid, apart), Identities, Random), out var outbox));
            Post(pid, outbox);
        }
        while (travelling.TryDequeue(out var next))
        {
            switch (parties[next.Message.To].Receive(next.From, next.Message.Round, next.Message.Payload))
            {
                case DkgStep.Send send:
                    Post(next.Message.To, send.Outbox);
                    break;
                case DkgStep.Complete complete:
                    results.Add(next.Message.To, complete.Result);
                    Post(next.Message.To, complete.Outbox);
                    break;
                case DkgStep.Abort abort:
                    throw new InvalidOperationException($"{abort.Fault}");
                case DkgStep.Wait:
                    break;
            }
        }
        foreach (var party in parties.Values)
            party.Dispose();
        sent = bytes;
        return results;

        void Post(PartyId from, Outbox outbox)
        {
            foreach (var message in outbox.Messages)
            {
                bytes[from] += message.Payload.Length;
                travelling.Enqueue((from, message));
            }
        }
    }

    public void Dispose()
    {
        foreach (var key in _keys.Values)
            key.Dispose();
    }
}
