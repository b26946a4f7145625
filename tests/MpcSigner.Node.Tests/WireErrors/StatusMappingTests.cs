using Google.Protobuf;
using Grpc.Core;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Wire.Errors;
using Xunit;

namespace MpcSigner.Node.Tests.WireErrors;

public class StatusMappingTests
{
    private static NodeId Nid(byte value) => new(Enumerable.Repeat(value, 32).ToArray());

    [Fact]
    public void Every_reason_has_its_own_stable_name_and_a_code()
    {
        var names = new HashSet<string>();
        foreach (var reason in Enum.GetValues<Reason>())
        {
            var name = ReasonCodes.Name(reason);
            Assert.True(names.Add(name));
            Assert.Equal(reason.ToString().ToUpperInvariant(), name.Replace("_", "", StringComparison.Ordinal));
            Assert.True(ReasonCodes.TryParse(name, out var back));
            Assert.Equal(reason, back);
            Assert.NotEqual(StatusCode.OK, StatusMapping.Code(reason));
        }
        Assert.Equal(Enum.GetValues<Reason>().Length, names.Count);
        Assert.False(ReasonCodes.TryParse("policy_denied", out _));
    }

    [Fact]
    public void An_error_survives_the_wire_with_every_node()
    {
        var nodes = Enumerable.Range(0, 64).Select(i => new NodeReason(Nid((byte)i), $"node-{i}", Reason.PolicyDenied, new string('x', 256))).ToArray();
        var error = new ServiceError(Reason.TooFewNodes, "Two of three nodes are down.", "Start b.", nodes);
        var thrown = StatusMapping.ToException(error);
        Assert.Equal(StatusCode.Unavailable, thrown.StatusCode);
        Assert.True(thrown.Trailers.GetValueBytes(StatusMapping.DetailsTrailer)!.Length <= StatusMapping.MaxDetailsBytes);
        Assert.True(StatusMapping.TryRead(thrown, out var read));
        Assert.Equal((error.Reason, error.Message, error.NextStep), (read.Reason, read.Message, read.NextStep));
        Assert.Equal(nodes, read.Nodes);
    }

    [Fact]
    public void Details_carry_googles_error_info_first()
    {
        var thrown = StatusMapping.ToException(new(Reason.PolicyDenied, "No.", "Ask."));
        var status = MpcSigner.Wire.GoogleRpc.Status.Parser.ParseFrom(thrown.Trailers.GetValueBytes(StatusMapping.DetailsTrailer)!);
        Assert.Equal((int)StatusCode.PermissionDenied, status.Code);
        Assert.Equal("type.googleapis.com/google.rpc.ErrorInfo", status.Details[0].TypeUrl);
        var info = status.Details[0].Unpack<MpcSigner.Wire.GoogleRpc.ErrorInfo>();
        Assert.Equal(("POLICY_DENIED", "mpcsigner"), (info.Reason, info.Domain));
    }

    [Fact]
    public void Texts_are_cut_and_cleaned()
    {
        var thrown = StatusMapping.ToException(new(Reason.PolicyDenied, new string('a', 5_000), "line\nbreak"));
        Assert.True(StatusMapping.TryRead(thrown, out var read));
        Assert.Equal(ErrorDetails.MaxTextLength, read.Message.Length);
        Assert.Equal("line break", read.NextStep);
    }

    [Fact]
    public void Rejects_details_that_are_missing_broken_or_foreign()
    {
        static bool Read(byte[]? details)
        {
            var trailers = new Metadata();
            if (details is not null)
                trailers.Add(StatusMapping.DetailsTrailer, details);
            return StatusMapping.TryRead(new RpcException(new Status(StatusCode.Unavailable, "x"), trailers), out _);
        }
        Assert.False(Read(null));
        Assert.False(Read([0xff, 0xff, 0xff]));
        Assert.False(Read([0x1a, 0xff, 0xff, 0xff, 0xff, 0xf7, 0x00])); // a length at which the protobuf library overflows
        Assert.False(Read(new MpcSigner.Wire.GoogleRpc.Status { Code = 14 }.ToByteArray()));
        Assert.False(Read(new byte[StatusMapping.MaxDetailsBytes + 1]));
    }
}
