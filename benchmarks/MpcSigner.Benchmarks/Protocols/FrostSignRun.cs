using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Benchmarks.Protocols;

/// <summary>A FROST signature: t commitments, t shares (without the identity signature, which is transport's), aggregation and verification.</summary>
internal sealed class FrostSignRun : IProtocolRun
{
    private static readonly byte[] Message = [.. Enumerable.Range(0, 200).Select(i => (byte)i)];

    private readonly Committee _committee;
    private readonly Dictionary<PartyId, DkgResult> _keys;
    private readonly List<PartyId> _signers;
    private readonly SeenCommitments _seen = new();

    public FrostSignRun(int threshold, int parties)
    {
        _committee = new(parties);
        _keys = _committee.GenerateKeys(threshold, 1, out _);
        _signers = [.. _committee.Parties.Select(party => party.Pid).Take(threshold)];
    }

    public int PerRun => 1;

    public long BytesPerParty { get; private set; }

    public void RunOnce()
    {
        var record = _keys[_signers[0]].Records[0];
        var hash = KeyRecordHash.Compute(record);
        var coordinator = _committee.Nid(_signers[0]);
        Span<byte> osid = stackalloc byte[32];
        Committee.Random.Fill(osid);
        var coordination = new FrostCoordination(record, _signers, Message, [], FrostMode.None, default, new(osid), _committee.Identities);

        var commitments = coordination.NewInbox(MessageType.FrostCommitment);
        var nonces = new Dictionary<PartyId, FrostNonces>();
        foreach (var signer in _signers)
        {
            nonces[signer] = FrostNonces.Generate(record, signer, _keys[signer].Shares[0], coordinator, Committee.Random);
            commitments.Add(signer, new(new PayloadBuffer(nonces[signer].Commitment.Encode())));
        }
        var asked = (Transition<CollectingFrostShares>.Advance)new CollectingFrostCommitments(coordination, _seen).Complete(commitments);
        var shares = coordination.NewInbox(MessageType.FrostShare);
        foreach (var message in asked.Outbox.Messages)
        {
            var signer = message.To;
            if (!FrostRequest.TryDecode(record, hash, message.Payload.Span, out var request, out _)
                || FrostSigner.Sign(record, request, signer, _keys[signer].Shares[0], nonces[signer], coordinator, _committee.Identity(signer)) is not FrostAnswer.Signed signed)
                throw new InvalidOperationException("an honest signer refused");
            var payload = signed.Share.EncodePayload();
            BytesPerParty = payload.Length + FrostCommitmentBytes;
            shares.Add(signer, new(new PayloadBuffer(payload)));
        }
        asked.Outbox.Dispose();
        if (asked.Next.Complete(shares) is not Transition<FrostSignature>.Advance)
            throw new InvalidOperationException("no signature");
    }

    private const int FrostCommitmentBytes = 64;

    public void Dispose()
    {
        foreach (var key in _keys.Values)
            key.Dispose();
        _committee.Dispose();
    }
}
