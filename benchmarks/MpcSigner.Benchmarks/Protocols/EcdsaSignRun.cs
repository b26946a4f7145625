using System.Buffers.Binary;
using MpcSigner.Benchmarks.Measuring;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Rounds;

namespace MpcSigner.Benchmarks.Protocols;

/// <summary>A threshold ECDSA signature: presigning by all signers and the online phase with verification and recovery, or the online phase alone.</summary>
internal sealed class EcdsaSignRun : IProtocolRun
{
    private readonly bool _onlineOnly;
    private readonly Committee _committee;
    private readonly Dictionary<PartyId, DkgResult> _keys;
    private readonly PairedNodes _nodes;
    private readonly PartyId[] _signers;
    private readonly KeyRecord _record;
    private readonly Digest32 _recordHash;
    private ulong _session;

    public EcdsaSignRun(Suite suite, int threshold, int parties, bool onlineOnly = false)
    {
        _onlineOnly = onlineOnly;
        _committee = new(parties);
        _keys = _committee.GenerateKeys(suite, threshold, 1, null, out _);
        _signers = [.. _committee.Parties.Select(party => party.Pid).Take(threshold)];
        _nodes = new([.. _signers.Select(_committee.Nid)]);
        _record = _keys[_signers[0]].Records[0];
        _recordHash = KeyRecordHash.Compute(_record);
    }

    public int PerRun => 1;

    public long BytesPerParty { get; private set; }

    public void RunOnce(CpuMeter meter)
    {
        BytesPerParty = 0;
        Dictionary<PartyId, Presignature> presignatures;
        if (_onlineOnly)
        {
            using (meter.Exclude())
                presignatures = Presign();
            BytesPerParty = 0;
        }
        else
        {
            presignatures = Presign();
        }
        Sign(presignatures);
    }

    private Dictionary<PartyId, Presignature> Presign()
    {
        var session = new byte[SessionId.Size];
        BinaryPrimitives.WriteUInt64BigEndian(session.AsSpan(8), ++_session);
        var initiator = _committee.Nid(_signers[0]);
        PresignSigner[] signers = [.. _signers.Select(pid => new PresignSigner(pid, _committee.Nid(pid), _nodes.Instance(_committee.Nid(pid))))];
        var travelling = new Queue<(PartyId From, OutgoingMessage Message)>();
        var parties = new Dictionary<PartyId, PresignParty>();
        var presignatures = new Dictionary<PartyId, Presignature>();
        foreach (var (pid, nid, _) in signers)
        {
            // Every party reads the inputs for itself.
            if (!PresignInput.TryCreate(_record, signers, initiator, _nodes.Instance(initiator), new(session), 1, out var input, out var fault)
                || !PresignParty.TryBegin(new(input, nid, _keys[pid].Shares[0], _nodes.SetupsOf(nid), Committee.Random), out var party, out var outbox))
                throw new InvalidOperationException("presigning does not begin");
            parties.Add(pid, party);
            Post(pid, outbox);
        }
        while (travelling.TryDequeue(out var next))
        {
            switch (parties[next.Message.To].Receive(next.From, next.Message.Round, next.Message.Payload))
            {
                case PresignStep.Send send:
                    Post(next.Message.To, send.Outbox);
                    break;
                case PresignStep.Complete complete:
                    presignatures.Add(next.Message.To, complete.Result.Presignatures[0]);
                    Post(next.Message.To, complete.Outbox);
                    break;
                case PresignStep.Abort abort:
                    throw new InvalidOperationException($"{abort.Fault}");
                case PresignStep.Wait:
                    break;
            }
        }
        return presignatures;

        void Post(PartyId from, Outbox outbox)
        {
            foreach (var message in outbox.Messages)
            {
                BytesPerParty += from == _signers[0] ? message.Payload.Length : 0;
                travelling.Enqueue((from, message));
            }
        }
    }

    private void Sign(Dictionary<PartyId, Presignature> presignatures)
    {
        Span<byte> random = stackalloc byte[3 * Bytes32.Size];
        Committee.Random.Fill(random);
        var first = presignatures[_signers[0]];
        var request = new OnlineRequest(new(random[..32]), first.Id, _recordHash, new(random[32..64]), [], new(random[64..]), default);
        var collecting = CollectingOnlineReplies.Begin(_record, request, first) ?? throw new InvalidOperationException("this cannot be signed");
        var bytes = request.Encode();
        using var inbox = collecting.NewInbox();
        foreach (var (pid, presignature) in presignatures)
        {
            if ((pid == _signers[0] ? collecting.AnswerOwn(presignature) : Answer(bytes, presignature)) is not OnlineAnswer.Replied replied)
                throw new InvalidOperationException("an honest signer refused");
            inbox.Add(pid, new(new PayloadBuffer(replied.Reply.Encode())));
        }
        BytesPerParty += OnlineReply.Size;
        if (collecting.Complete(inbox) is not Transition<OnlineSignature>.Advance)
            throw new InvalidOperationException("no signature");
    }

    private OnlineAnswer? Answer(ReadOnlySpan<byte> bytes, Presignature presignature) => OnlineRequest.TryDecode(bytes, out var request)
        ? OnlineSigner.Answer(_record, request, presignature, presignature.Initiator, presignature.InitiatorInstance)
        : null;

    public void Dispose()
    {
        _nodes.Dispose();
        foreach (var key in _keys.Values)
            key.Dispose();
        _committee.Dispose();
    }
}
