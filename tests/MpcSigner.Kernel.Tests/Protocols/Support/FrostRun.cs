using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Support;

/// <summary>One FROST signature in memory: t signers and a coordinator, with a place to change each message.</summary>
internal sealed class FrostRun
{
    public delegate byte[] Change(PartyId signer, MessageType type, byte[] payload);

    public required Committee Committee { get; init; }
    public required KeyRecord Record { get; init; }
    public required IReadOnlyDictionary<PartyId, SecretScalar> Shares { get; init; }
    public required IReadOnlyList<PartyId> Signers { get; init; }
    public byte[] Message { get; init; } = "a message"u8.ToArray();
    public IReadOnlyList<uint> Path { get; init; } = [];
    public FrostMode Mode { get; init; } = FrostMode.None;
    public byte[] Root { get; init; } = [];
    public SeenCommitments Seen { get; init; } = new();
    public string Run { get; init; } = "sign";

    /// <summary>Applied to what a signer sends and, for requests, to what it receives.</summary>
    public Change Tamper { get; init; } = (_, _, payload) => payload;

    public FrostSignature? Signature { get; private set; }
    public ProtocolFault? Fault { get; private set; }
    public Dictionary<PartyId, FrostRefusal> Refusals { get; } = [];
    public Dictionary<PartyId, FrostNonces> Nonces { get; } = [];
    public List<(PartyId Signer, MessageType Type, byte[] Payload)> Sent { get; } = [];

    public FrostRun Go()
    {
        var coordinator = Committee.Nid(Signers[0]);
        var osid = new byte[32];
        new DeterministicRandom(Committee.Seed, $"{Run}/osid").Fill(osid);
        var coordination = new FrostCoordination(Record, Signers, Message, Path, Mode, Root, new(osid), Committee.Identities);

        var commitments = coordination.NewInbox(MessageType.FrostCommitment);
        foreach (var signer in Signers)
        {
            var nonces = FrostNonces.Generate(Record, signer, Shares[signer], coordinator, new DeterministicRandom(Committee.Seed, $"{Run}/{signer}"));
            Nonces.Add(signer, nonces);
            Assert.Equal(InboxVerdict.Accepted, commitments.Add(signer, Sending(signer, MessageType.FrostCommitment, nonces.Commitment.Encode())));
        }
        switch (new CollectingFrostCommitments(coordination, Seen).Complete(commitments))
        {
            case Transition<CollectingFrostShares>.Abort abort:
                Fault = abort.Fault;
                return this;
            case Transition<CollectingFrostShares>.Advance advance:
                Answer(coordination, coordinator, advance);
                return this;
            default:
                throw new InvalidOperationException();
        }
    }

    private void Answer(FrostCoordination coordination, NodeId coordinator, Transition<CollectingFrostShares>.Advance asked)
    {
        var shares = coordination.NewInbox(MessageType.FrostShare);
        foreach (var message in asked.Outbox.Messages)
        {
            var signer = message.To;
            Sent.Add((signer, MessageType.FrostRequest, message.Payload.Span.ToArray()));
            var received = Tamper(signer, MessageType.FrostRequest, message.Payload.Span.ToArray());
            if (!FrostRequest.TryDecode(Record, KeyRecordHash.Compute(Record), received, out var request, out var refusal))
            {
                Refusals.Add(signer, refusal.Value);
                continue;
            }
            switch (FrostSigner.Sign(Record, request, signer, Shares[signer], Nonces[signer], coordinator, Committee.Identity(signer)))
            {
                case FrostAnswer.Signed signed:
                    Assert.Equal(InboxVerdict.Accepted, shares.Add(signer, Sending(signer, MessageType.FrostShare, signed.Share.EncodePayload())));
                    break;
                case FrostAnswer.Refused refused:
                    Refusals.Add(signer, refused.Reason);
                    break;
            }
        }
        asked.Outbox.Dispose();
        if (!shares.IsComplete)
            return;
        switch (asked.Next.Complete(shares))
        {
            case Transition<FrostSignature>.Advance advance:
                Signature = advance.Next;
                break;
            case Transition<FrostSignature>.Abort abort:
                Fault = abort.Fault;
                break;
        }
    }

    private RawMessage Sending(PartyId signer, MessageType type, byte[] payload)
    {
        Sent.Add((signer, type, payload));
        return new(new PayloadBuffer(Tamper(signer, type, payload)));
    }
}
