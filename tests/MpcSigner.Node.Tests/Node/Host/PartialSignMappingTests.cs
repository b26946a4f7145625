using Google.Protobuf;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Requests;
using MpcSigner.Node.Peers.Mapping;
using Xunit;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Tests.RunningNode.Host;

public class PartialSignMappingTests
{
    private static Bytes32 Fill(byte value) => new(Enumerable.Repeat(value, 32).ToArray());

    private static InstanceId Instance(byte value) => new(Enumerable.Repeat(value, InstanceId.Size).ToArray());

    private static readonly SignedRequest Request = new(new byte[] { 1, 2 }, new(Fill(9)), new byte[64]);

    private static PeerCall.PartialSign Call() => new(
        Request, DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000), new(Fill(3)), new(Fill(4)), Instance(5), Instance(6), new byte[] { 7, 8, 9 });

    private static bool Reads(Action<V1.PartialSignRequest> change)
    {
        var message = PartialSignMapping.ToWire(Call());
        change(message);
        return PartialSignMapping.TryRead(V1.PartialSignRequest.Parser.ParseFrom(message.ToByteArray()), Request, out _);
    }

    private static PeerReply? Back(PeerReply reply) => PartialSignMapping.Read(V1.PartialSignReply.Parser.ParseFrom(PartialSignMapping.ToWire(reply).ToByteArray()));

    [Fact]
    public void A_question_and_every_answer_survive_the_wire()
    {
        var call = Call();
        Assert.True(PartialSignMapping.TryRead(V1.PartialSignRequest.Parser.ParseFrom(PartialSignMapping.ToWire(call).ToByteArray()), Request, out var read));
        Assert.Equal((call.Clock, call.Roster, call.Policy, call.Coordinator, call.Signer), (read.Clock, read.Roster, read.Policy, read.Coordinator, read.Signer));
        Assert.Equal(call.Envelope.ToArray(), read.Envelope.ToArray());
        Assert.Same(Request, read.Request);

        Assert.Equal([1, 2], Assert.IsType<PeerReply.PartiallySigned>(Back(new PeerReply.PartiallySigned(new byte[] { 1, 2 }))).Envelope.ToArray());
        Assert.Equal([3], Assert.IsType<PeerReply.AlreadySigned>(Back(new PeerReply.AlreadySigned(new byte[] { 3 }))).Signature.ToArray());
        var declined = Assert.IsType<PeerReply.NotSigned>(Back(new PeerReply.NotSigned(new(Reason.MaterialRefused, "m", "n"))));
        Assert.Equal((Reason.MaterialRefused, "m", "n"), (declined.Error.Reason, declined.Error.Message, declined.Error.NextStep));
    }

    [Fact]
    public void Rejects_questions_and_answers_out_of_their_bounds()
    {
        Assert.True(Reads(_ => { }));
        Assert.False(Reads(message => message.ClockMs = 0));
        Assert.False(Reads(message => message.RosterHash = ByteString.CopyFrom(new byte[31])));
        Assert.False(Reads(message => message.PolicyHash = ByteString.Empty));
        Assert.False(Reads(message => message.CoordinatorInstance = ByteString.CopyFrom(new byte[17])));
        Assert.False(Reads(message => message.SignerInstance = ByteString.CopyFrom(new byte[15])));
        Assert.False(Reads(message => message.Envelope = ByteString.Empty));
        Assert.False(Reads(message => message.Envelope = ByteString.CopyFrom(new byte[PeerCall.PartialSign.MaxEnvelopeBytes + 1])));

        Assert.Null(PartialSignMapping.Read(new()));
        Assert.Null(PartialSignMapping.Read(new() { Envelope = ByteString.Empty }));
        Assert.Null(PartialSignMapping.Read(new() { Envelope = ByteString.CopyFrom(new byte[PeerCall.PartialSign.MaxEnvelopeBytes + 1]) }));
        Assert.Null(PartialSignMapping.Read(new() { KnownResult = ByteString.CopyFrom(new byte[PeerCallMapping.MaxResultBytes + 1]) }));
        Assert.Null(PartialSignMapping.Read(new() { NotSigned = new V1.ErrorDetail { Reason = "NO_SUCH" } }));
    }
}
