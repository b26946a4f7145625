using MpcSigner.Chains.Solana;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Coordination.Signing;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

/// <summary>Keys of every FROST suite, at paths and under Taproot outputs: made and signed with by whole clusters.</summary>
public sealed class DerivedKeyTests
{
    private static readonly byte[] Digest = [.. Enumerable.Repeat((byte)0x44, 32)];
    private static readonly byte[] Root = [.. Enumerable.Repeat((byte)0x4d, 32)];

    private static VerificationKey KeyOf(KeyRow key, RequestAction.Sign action)
    {
        Assert.Equal(DerivationFault.None, VerificationKey.TryCreate(key.Record, [.. action.Path], action.Taproot, out var signer));
        return signer!;
    }

    private static ClientReply.Signed Signed(ClientReply reply) =>
        reply as ClientReply.Signed ?? throw new Xunit.Sdk.XunitException($"not signed: {(reply as ClientReply.Refused)?.Error}");

    private static ServiceError Refused(ClientReply reply) => Assert.IsType<ClientReply.Refused>(reply).Error;

    private static string AllowedBy(SimulatedNode node, KeyId key) => System.Text.Encoding.UTF8.GetString(
        node.Store.Log.Last(entry => entry.Kind == AuditKind.Allowed && entry.Key == key).Detail.Span);

    [Theory]
    [InlineData(Suite.FrostEd25519)]
    [InlineData(Suite.FrostSecp256k1)]
    [InlineData(Suite.FrostSecp256k1Taproot)]
    public void Signs_with_the_key_at_the_path_and_under_no_other(Suite suite)
    {
        var mini = new MiniCluster(3, seed: suite.ToString());
        var key = Assert.Single(mini.CreateKeys(2, 3, usage: KeyUsage.TransactionsAndRaw, suite: suite));
        Assert.Equal(suite, key.Record.Suite);
        TaprootOutput[] outputs = suite == Suite.FrostSecp256k1Taproot
            ? [TaprootOutput.None, TaprootOutput.KeyPath, TaprootOutput.KeyPathWithRoot(Root)]
            : [TaprootOutput.None];
        var actions = (from path in new uint[][] { [], [7], [0, 1] } from output in outputs
                       select new RequestAction.Sign(key.Record.KeyId, path, PayloadKind.Raw, Digest) { Taproot = output }).ToArray();
        foreach (var action in actions)
        {
            var signed = Signed(mini.Ask(mini.Nodes[1], mini.Sign(action)));
            foreach (var other in actions)
                Assert.Equal(other == action, KeyOf(key, other).Verifies(Digest, signed.Signature.Span));
            var logged = AllowedBy(mini.Nodes[1], key.Record.KeyId);
            Assert.Equal(action.Path.Count > 0, logged.Contains($"path {DerivationPath.Write(action.Path)}", StringComparison.Ordinal));
            Assert.Equal(action.Taproot != TaprootOutput.None, logged.Contains($"Taproot {action.Taproot}", StringComparison.Ordinal));
        }
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void A_derived_account_pays_and_the_keys_own_does_not()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var derived = KeyOf(key, mini.Transfer(key.Record) with { Path = [0, 9] }).PublicKey;
        var message = SolanaTransferMessage.Build(new(derived.Encoded), mini.Destination, 500, new(derived.Encoded));
        var action = mini.Transfer(key.Record) with { Path = [0, 9], Payload = message };

        var signed = Signed(mini.Ask(mini.Nodes[0], mini.Sign(action)));
        Assert.True(Ed25519Signature.Verify(derived.Encoded, message, signed.Signature.Span));
        Assert.False(Ed25519Signature.Verify(key.Record.PublicKey.Span, message, signed.Signature.Span));
        Assert.True(SolanaTransaction.TryAssemble(message, new Dictionary<SolanaAddress, ReadOnlyMemory<byte>> { [new(derived.Encoded)] = signed.Signature }, out var whole, out _));
        Assert.True(whole.Bytes.Span.SequenceEqual(signed.Artefact.Span));

        // The payload's payer is compared with the key at the path: neither stands in for the other.
        Assert.Equal(Reason.PayloadMalformed, Refused(mini.Ask(mini.Nodes[0], mini.Sign(action with { Path = [] }))).Reason);
        Assert.Equal(Reason.PayloadMalformed, Refused(mini.Ask(mini.Nodes[0], mini.Sign(mini.Transfer(key.Record) with { Path = [0, 9] }))).Reason);
    }

    [Fact]
    public void Rejects_bad_paths_and_outputs_even_if_a_decoder_let_them_through()
    {
        var mini = new MiniCluster(3);
        var key = Assert.Single(mini.CreateKeys(2, 3));
        var context = new MachineContext(mini.Nodes[0].NewSetup());
        var action = mini.Transfer(key.Record);
        Assert.True(new RequestGate(context).TryAuthenticate(mini.Sign(action), Door.Client, mini.Now, out var request, out _));
        ServiceError Judge(RequestAction.Sign bent)
        {
            Assert.False(SigningCase.TryJudge(context, request with { Body = request.Body with { Action = bent } }, key, out _, out var error));
            return error;
        }
        var hardened = Judge(action with { Path = [0, 0x8000_0000] });
        Assert.Equal(Reason.BadDerivationPath, hardened.Reason);
        Assert.Contains("no machine has", hardened.Message, StringComparison.Ordinal);
        var tooLong = Judge(action with { Path = new uint[11] });
        Assert.Equal(Reason.BadDerivationPath, tooLong.Reason);
        Assert.Contains("more than 10", tooLong.Message, StringComparison.Ordinal);
        Assert.Equal(Reason.MalformedRequest, Judge(action with { Taproot = TaprootOutput.KeyPath }).Reason);
        Assert.Equal(Reason.MalformedRequest, Refused(mini.Ask(mini.Nodes[0], mini.Sign(action with { Taproot = TaprootOutput.KeyPath }))).Reason);
    }

    [Theory]
    [InlineData("path")]
    [InlineData("mode")]
    [InlineData("root")]
    public void Co_signers_refuse_another_path_or_output_than_the_clients(string what)
    {
        var mini = new MiniCluster(3, seed: what);
        var key = Assert.Single(mini.CreateKeys(2, 3, usage: KeyUsage.TransactionsAndRaw, suite: Suite.FrostSecp256k1Taproot));
        var action = new RequestAction.Sign(key.Record.KeyId, [3], PayloadKind.Raw, Digest) { Taproot = TaprootOutput.KeyPathWithRoot(Root) };
        var cheater = mini.Nodes[0];
        using var tap = Tap(mini, cheater, request => what switch
        {
            "path" => request with { Path = [4] },
            "mode" => request with { Mode = FrostMode.None, Root = default },
            _ => request with { Root = default },
        }, key.Record);
        var error = Refused(mini.Ask(cheater, mini.Sign(action)));
        Assert.Equal(Reason.TooFewNodes, error.Reason);
        Assert.Equal(2, error.Nodes.Count);
        Assert.All(error.Nodes, node => Assert.Contains("another path or Taproot output", node.Message, StringComparison.Ordinal));
        foreach (var honest in mini.Nodes.Skip(1))
            Assert.DoesNotContain(honest.Store.Log, entry => entry.Kind == AuditKind.ShareReleased);
        Assert.True(mini.IsSound);
    }

    /// <summary>Makes a node a coordinator that changes each FROST request before it seals it.</summary>
    private static SessionTap Tap(MiniCluster mini, SimulatedNode cheater, Func<FrostRequest, FrostRequest> bend, KeyRecord record)
    {
        var tap = new SessionTap(mini.Cluster.Roster.Nodes.ToDictionary(node => node.Nid, node => Ed25519PublicKey.Decode(node.IdentityKey.Span)));
        foreach (var node in mini.Nodes)
            node.Random.Drawn = bytes => tap.Drew(node.Nid, bytes);
        Dictionary<SessionId, SessionChannel> channels = [];
        mini.Script().Bends = (node, effect) =>
        {
            if (tap.Watch(node, effect) is not { } sent || node != cheater)
                return effect;
            if (!channels.TryGetValue(sent.Session.Terms.Session, out var channel))
                channels.Add(sent.Session.Terms.Session, channel = sent.Session.OpenChannel(node.Nid));
            var payload = sent.Payload;
            if (sent.Type == MessageType.FrostRequest)
            {
                Assert.True(SigningAsk.TryDecode(payload.Span, out var ask));
                Assert.True(FrostRequest.TryDecode(record, sent.Session.Terms.Subject, ask.Request.Span, out var request, out _));
                payload = new SigningAsk(bend(request).Encode(), ask.Acks).Encode();
            }
            var envelope = channel.Seal(sent.Type, sent.Round, sent.Session.PidOf(sent.Recipient).Value, payload.Span);
            return effect switch
            {
                NodeEffect.SendFrame send => send with { Frame = new SessionFrame.Envelope(envelope) },
                NodeEffect.CallPeer { Body: PeerCall.PartialSign question } call => call with { Body = question with { Envelope = envelope } },
                _ => effect,
            };
        };
        return tap;
    }
}
