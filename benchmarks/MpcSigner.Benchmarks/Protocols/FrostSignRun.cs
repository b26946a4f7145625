using MpcSigner.Benchmarks.Measuring;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Benchmarks.Protocols;

/// <summary>A FROST signature: t commitments, t shares, aggregation and verification. Taproot signs by key path, as wallets do.</summary>
internal sealed class FrostSignRun : IProtocolRun
{
    private const int DigestSize = 32, MessageSize = 200;

    private readonly bool _signed;
    private readonly byte[] _message;
    private readonly FrostMode _mode;
    private readonly Committee _committee;
    private readonly Dictionary<PartyId, DkgResult> _keys;
    private readonly List<PartyId> _signers;
    private readonly SeenCommitments _seen = new();

    /// <param name="signed">Count the identity signature on each share too.</param>
    public FrostSignRun(Suite suite, int threshold, int parties, bool signed = false)
    {
        _signed = signed;
        _mode = suite == Suite.FrostSecp256k1Taproot ? FrostMode.KeyPath : FrostMode.None;
        _message = [.. Enumerable.Range(0, suite == Suite.FrostSecp256k1Taproot ? DigestSize : MessageSize).Select(i => (byte)i)];
        _committee = new(parties);
        _keys = _committee.GenerateKeys(suite, threshold, 1, null, out _);
        _signers = [.. _committee.Parties.Select(party => party.Pid).Take(threshold)];
    }

    public int PerRun => 1;

    public long BytesPerParty { get; private set; }

    public void RunOnce(CpuMeter meter)
    {
        var signatures = _signed ? null : new IdentitySignatures(meter);
        var record = _keys[_signers[0]].Records[0];
        var hash = KeyRecordHash.Compute(record);
        var coordinator = _committee.Nid(_signers[0]);
        Span<byte> osid = stackalloc byte[Bytes32.Size];
        Committee.Random.Fill(osid);
        var coordination = new FrostCoordination(record, _signers, _message, [], _mode, default, new(osid), _committee.Identities);

        var commitments = coordination.NewInbox(MessageType.FrostCommitment);
        var nonces = new Dictionary<PartyId, FrostNonces>();
        foreach (var signer in _signers)
        {
            nonces[signer] = FrostNonces.Generate(RecordOf(signer), signer, _keys[signer].Shares[0], coordinator, Committee.Random);
            var payload = nonces[signer].Commitment.Encode();
            BytesPerParty = payload.Length;
            commitments.Add(signer, new(new PayloadBuffer(payload)));
        }
        var asked = (Transition<CollectingFrostShares>.Advance)new CollectingFrostCommitments(coordination, _seen).Complete(commitments);
        var shares = coordination.NewInbox(MessageType.FrostShare);
        foreach (var message in asked.Outbox.Messages)
        {
            var signer = message.To;
            if (!FrostRequest.TryDecode(RecordOf(signer), hash, message.Payload.Span, out var request, out _)
                || FrostSigner.Sign(RecordOf(signer), request, signer, _keys[signer].Shares[0], nonces[signer], coordinator, _committee.Signer(signer, signatures))
                    is not FrostAnswer.Signed signed)
                throw new InvalidOperationException("an honest signer refused");
            var payload = signed.Share.EncodePayload();
            shares.Add(signer, new(new PayloadBuffer(payload)));
            if (signer == _signers[^1])
                BytesPerParty += payload.Length;
        }
        asked.Outbox.Dispose();
        if (asked.Next.Complete(shares) is not Transition<FrostSignature>.Advance)
            throw new InvalidOperationException("no signature");
        signatures?.TakeOff(_signers.Count);
    }

    /// <summary>Each party holds a record of its own.</summary>
    private KeyRecord RecordOf(PartyId signer) => _keys[signer].Records[0];

    public void Dispose()
    {
        foreach (var key in _keys.Values)
            key.Dispose();
        _committee.Dispose();
    }
}
