using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

public sealed class HappyPathTests
{
    [Fact]
    public void Makes_a_key_2_of_3_that_is_active_everywhere_and_signs_with_it()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        Assert.Equal(KeyState.Active, key.State);
        Assert.True(CommitCertificate.TryDecode(key.Certificate.Span, out var certificate));
        Assert.True(certificate.Verify(key.Record, nid => Ed25519PublicKey.Decode(mini.Cluster.Roster.Find(nid)!.IdentityKey.Span)).IsValid);
        foreach (var node in mini.Nodes)
        {
            var row = Assert.Single(node.Store.Keys);
            Assert.Equal(KeyState.Active, row.State);
            Assert.Equal(key.RecordHash, row.RecordHash);
            Assert.Equal(OrderState.Active, Assert.Single(node.Store.Orders).State);
        }

        foreach (var node in mini.Nodes)
        {
            var action = mini.Transfer(key.Record, lamports: 1_000 + (ulong)node.Roster.Name[^1]);
            var signed = Assert.IsType<ClientReply.Signed>(mini.Ask(node, mini.Sign(action)));
            Assert.True(Ed25519Signature.Verify(key.Record.PublicKey.Span, action.Payload.Span, signed.Signature.Span));
            Assert.Equal(2, signed.Signers.Count);
            Assert.Contains(node.Nid, signed.Signers);
            Assert.Equal((byte)1, signed.Artefact.Span[0]);
            Assert.True(signed.Artefact.Span[65..].SequenceEqual(action.Payload.Span));
        }
        Assert.All(mini.Nodes, node => Assert.Null(node.HaltReason));
    }
}
