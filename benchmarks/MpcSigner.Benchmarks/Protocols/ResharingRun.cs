using MpcSigner.Benchmarks.Measuring;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Resharing;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Benchmarks.Protocols;

/// <summary>A refresh, reshare or recovery of <paramref name="count"/> ECDSA keys (secp256k1, 2-of-3) with its acknowledgements, again and again from the same shares.</summary>
/// <param name="members">Nodes in all: a reshare gives the keys to all of them, with a threshold of three.</param>
internal sealed class ResharingRun(ProtocolKind protocol, int members, int count) : IProtocolRun
{
    private const int LargestWarmUp = 32, Threshold = 2, Holders = 3;

    private readonly Committee _committee = new(members);
    private readonly Dictionary<int, Held> _held = [];

    /// <summary>Keys of one batch, and the order for it.</summary>
    private sealed record Held(MaintenanceTerms Terms, IReadOnlyList<KeyRecord> Records, Dictionary<PartyId, SecretScalars> Shares) : IDisposable
    {
        public void Dispose()
        {
            foreach (var shares in Shares.Values)
                shares.Dispose();
        }
    }

    public int PerRun => count;

    public long BytesPerParty { get; private set; }

    public void RunOnce(CpuMeter meter) => Run(meter, count);

    public void WarmUp(CpuMeter meter) => Run(meter, Math.Min(count, LargestWarmUp));

    private void Run(CpuMeter meter, int keys)
    {
        var signatures = new IdentitySignatures(meter);
        Held? held;
        Dictionary<PartyId, SecretScalars> shares;
        using (meter.Exclude())
        {
            if (!_held.TryGetValue(keys, out held))
                _held.Add(keys, held = Prepare(keys));
            int[] all = [.. Enumerable.Range(0, keys)];
            shares = held.Terms.Dealers.ToDictionary(dealer => dealer.Pid, dealer => Pick(held.Shares[dealer.Pid], all)); // as they come from the store
        }
        var sessions = Begin(held, shares, signatures);
        var (results, sent, verifications) = Exchange(sessions);
        if (results.Count != sessions.Count)
            throw new InvalidOperationException("a member has no result");
        foreach (var (pid, result) in results)
        {
            if (protocol != ProtocolKind.Recovery)
                result.SignAck(_committee.Signer(pid, signatures));
            result.Dispose();
        }
        signatures.TakeOff(verifications);
        BytesPerParty = sent.Values.Max() / keys;
    }

    private Held Prepare(int keys)
    {
        var results = _committee.GenerateKeys(Suite.EcdsaSecp256k1, Threshold, keys, null, out _, among: Holders);
        var generated = results.Values.First().Records;
        int[] order = [.. Enumerable.Range(0, keys).OrderBy(k => generated[k].KeyId.Value)];
        KeyRecord[] records = [.. order.Select(k => generated[k])];
        var shares = results.ToDictionary(pair => pair.Key, pair => Pick(pair.Value.Shares, order));
        foreach (var result in results.Values)
            result.Dispose();

        var holders = _committee.Parties.Take(Holders).ToArray();
        PartyId[] dealers = [.. holders.Take(Threshold).Select(holder => holder.Pid)];
        OrderedKey[] ordered = [.. records.Select(record => new OrderedKey(record.KeyId, record.Generation, KeyRecordHash.Compute(record)))];
        MaintenanceAction action = protocol switch
        {
            ProtocolKind.Refresh => new MaintenanceAction.Refresh(Suite.EcdsaSecp256k1, 1, ordered, Threshold, holders),
            ProtocolKind.Reshare => new MaintenanceAction.Reshare(
                Suite.EcdsaSecp256k1, 1, ordered, Threshold, holders, dealers, Threshold + 1, _committee.Parties, LowersThreshold: false),
            _ => new MaintenanceAction.Recover(Suite.EcdsaSecp256k1, 1, ordered, Threshold, holders, dealers, holders[^1].Pid),
        };
        if (!MaintenanceTerms.TryCreate(action, new(RandomBytes()), out var terms, out var fault))
            throw new InvalidOperationException($"{fault}");
        return new(terms, records, shares);
    }

    private Dictionary<PartyId, MaintenanceSession> Begin(Held held, Dictionary<PartyId, SecretScalars> shares, IdentitySignatures signatures)
    {
        var input = MaintenanceInput.Create(held.Terms, _committee.Parties[0].Nid, new(RandomBytes()));
        return held.Terms.Members.ToDictionary(member => member.Pid, member => new MaintenanceSession(
            input, member.Nid, held.Terms.IsDealer(member.Pid) ? held.Records : null, shares.GetValueOrDefault(member.Pid),
            _committee.Signer(member.Pid, signatures), _committee.Identities, Committee.Random));
    }

    private static (Dictionary<PartyId, MaintenanceResult> Results, Dictionary<PartyId, long> Sent, int Verifications) Exchange(
        Dictionary<PartyId, MaintenanceSession> sessions)
    {
        var results = new Dictionary<PartyId, MaintenanceResult>();
        var sent = sessions.Keys.ToDictionary(pid => pid, _ => 0L);
        var travelling = new Queue<(PartyId From, OutgoingMessage Message)>();
        var parties = new Dictionary<PartyId, MaintenanceParty>();
        var verifications = 0;
        foreach (var (pid, session) in sessions)
        {
            parties.Add(pid, MaintenanceParty.Begin(session, out var outbox));
            Post(pid, outbox);
        }
        while (travelling.TryDequeue(out var next))
        {
            var (to, round) = (next.Message.To, next.Message.Round);
            var terms = sessions[to].Input.Terms;
            var withShares = round == 2 && (terms.Protocol == ProtocolKind.Recovery ? terms.IsDealer(to) : terms.IsNewParty(to));
            verifications += withShares ? 2 : 1;
            switch (parties[to].Receive(next.From, round, next.Message.Payload))
            {
                case MaintenanceStep.Send send:
                    Post(to, send.Outbox);
                    break;
                case MaintenanceStep.Complete complete:
                    results.Add(to, complete.Result);
                    Post(to, complete.Outbox);
                    break;
                case MaintenanceStep.Abort abort:
                    throw new InvalidOperationException($"{abort.Fault}");
                case MaintenanceStep.Wait:
                    break;
            }
        }
        foreach (var party in parties.Values)
            party.Dispose();
        return (results, sent, verifications);

        void Post(PartyId from, Outbox outbox)
        {
            foreach (var message in outbox.Messages)
            {
                sent[from] += message.Payload.Length;
                travelling.Enqueue((from, message));
            }
        }
    }

    private static SecretScalars Pick(SecretScalars shares, int[] order)
    {
        var picked = SecretScalars.Zero(shares.Group, order.Length);
        for (var k = 0; k < order.Length; k++)
        {
            using var share = shares[order[k]];
            picked.Set(k, share);
        }
        return picked;
    }

    private static Bytes32 RandomBytes()
    {
        Span<byte> random = stackalloc byte[Bytes32.Size];
        Committee.Random.Fill(random);
        return new(random);
    }

    public void Dispose()
    {
        foreach (var held in _held.Values)
            held.Dispose();
        _committee.Dispose();
    }
}
