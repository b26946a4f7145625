using Google.Protobuf;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Fuzz.Engine;
using MpcSigner.Fuzz.Mutation;
using MpcSigner.Fuzz.Seeds;
using MpcSigner.Node.Peers.Mapping;
using MpcSigner.Simulation.Host;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Fuzz.Doors;

/// <summary>
/// The state machine itself: a node at work is given random messages of random sessions in random order, as a peer with a valid certificate, a client and
/// administrators could send them. Whatever comes, it does not halt, it keeps within its bounds, and at the end it signs.
/// </summary>
internal static class MachineDoors
{
    public static IEnumerable<Door> All =>
    [
        new("machine/messages", Grammar.Binary, Seeds, static () => new Life(),
            "PresignOpening.TryRead", "DkgOpening.TryDecode", "MaintenanceOpening.TryDecode", "ShareConfirmation.TryDecode", "PairHandshake.Decode")
            { EpisodeLength = 300, AllocatedAtMost = 64 << 20, AcceptsSeeds = false, Share = 0.05 },
    ];

    /// <summary>u8 what to do ‖ u8 which stream or node ‖ the message.</summary>
    private static IEnumerable<byte[]> Seeds()
    {
        var frames = HonestNodes.Heard.Frames.Where(frame => frame is not SessionFrame.Envelope).Select(frame => SessionFrameMapping.ToWire(frame).ToByteArray());
        var envelopes = HonestNodes.Some(HonestNodes.Heard.Frames.OfType<SessionFrame.Envelope>().Select(frame => SessionFrameMapping.ToWire(frame).ToByteArray()), 12);
        foreach (var frame in HonestNodes.Some(frames, 12).Concat(envelopes))
            yield return [0, 0, .. frame];
        foreach (var request in HonestNodes.Heard.Requests)
            yield return [1, 0, .. Wire.Requests.SignedRequestMapping.ToWire(request).ToByteArray()];
        foreach (var order in HonestNodes.Heard.Orders)
            yield return [2, 0, .. Wire.Requests.SignedOrderMapping.ToWire(order).ToByteArray()];
        foreach (var ask in HonestNodes.Some(HonestNodes.Heard.Calls.OfType<PeerCall.PartialSign>().Select(call => PartialSignMapping.ToWire(call).ToByteArray()), 4))
            yield return [3, 0, .. ask];
        foreach (var hello in HonestNodes.Heard.Calls.OfType<PeerCall.Hello>().Take(2))
            yield return [4, 0, .. AnnouncementMapping.ToWire(hello.Announcement).ToByteArray()];
        foreach (var push in Vectors.Hex("wire/peers.json", name => name.StartsWith("push-", StringComparison.Ordinal)))
            yield return [5, 0, .. push];
        yield return [6, 0];
        yield return [7, 0];
    }

    private sealed class Life : IEpisode
    {
        /// <summary>Streams that live beside each other.</summary>
        private const int Streams = 8;

        /// <summary>What the peer's node itself sends is changed as well, one message in so many.</summary>
        private const int BentOneIn = 16;

        private readonly MiniCluster _mini = new(3, "machine", new MachineSettings { Pools = new() { NonceLevel = 2, NonceBatch = 2, PresignatureLevel = 0, PresignBatch = 1 } });
        private readonly StreamId?[] _streams = new StreamId?[Streams];
        private readonly KeyRow _key;
        private readonly SeededSource _bending = new("bending");
        private ulong _nextStream = 1_000_000_000;
        private ulong _nextCall = 1_000_000_000;

        public Life()
        {
            _key = _mini.CreateKeys(2, 3)[0];
            _mini.Cluster.Traffic = new Unheard(this);
        }

        private SimulatedNode Victim => _mini.Nodes[1];

        private SimulatedNode Peer => _mini.Nodes[0];

        public bool Take(byte[] input)
        {
            if (input.Length < 2)
                return false;
            var taken = Say(input);
            Wrong.If(Victim.HaltReason is not null, $"the node halted: {Victim.HaltReason}");
            Wrong.If(!_mini.IsSound, "another node halted");
            return taken;
        }

        private bool Say(byte[] input)
        {
            var message = input.AsSpan(2).ToArray();
            switch (input[0] % 8)
            {
                case 0:
                    return Frame(input[1] % Streams, message);
                case 1 when WireDoors.TryParse(V1.SignedRequest.Parser, message, out var sent) && Wire.Requests.SignedRequestMapping.TryRead(sent, out var request, out _):
                    if (input[1] % 2 == 0)
                        Call(new PeerCall.Book(request, _mini.Now));
                    else
                        _mini.Cluster.Call(Victim, _mini.Client, new ClientCall.Submit(request));
                    return true;
                case 2 when WireDoors.TryParse(V1.SignedOrder.Parser, message, out var sent) && Wire.Requests.SignedOrderMapping.TryRead(sent, out var order, out _):
                    if (input[1] % 2 == 0)
                        Call(new PeerCall.ForwardOrder(order));
                    else
                        _mini.Cluster.Call(Victim, _mini.AdministratorId, input[1] % 4 == 1 ? new AdministratorCall.Command(order) : new AdministratorCall.SubmitJob("a job", [[order]]));
                    return true;
                case 3 when WireDoors.TryParse(V1.PartialSignRequest.Parser, message, out var sent) && Wire.Requests.SignedRequestMapping.TryRead(sent.Request, out var signed, out _)
                        && PartialSignMapping.TryRead(sent, signed, out var ask):
                    Call(ask);
                    return true;
                case 4 when WireDoors.TryParse(V1.Announcement.Parser, message, out var sent) && AnnouncementMapping.TryRead(sent, out var announcement):
                    Call(new PeerCall.Hello(announcement));
                    return true;
                case 5 when WireDoors.TryParse(V1.PushMaintainedRequest.Parser, message, out var sent) && MaintainedMapping.TryRead(sent, out var push):
                    Call(push);
                    return true;
                case 6:
                    Close(input[1] % Streams);
                    return true;
                case 7:
                    // Honest work goes on beside it, and time passes.
                    _mini.Submit(Victim, _mini.Sign(_mini.Transfer(_key.Record, 1 + (ulong)input[1])));
                    _mini.Cluster.Time.Run(TimeSpan.FromMilliseconds(1 + input[1] * 10));
                    return true;
            }
            return false;
        }

        private bool Frame(int slot, byte[] message)
        {
            if (!WireDoors.TryParse(V1.SessionFrame.Parser, message, out var sent) || !SessionFrameMapping.TryRead(sent, out var frame))
                return false;
            if (_streams[slot] is not { } stream || frame is SessionFrame.Open)
            {
                Close(slot);
                _streams[slot] = stream = new(_nextStream += 2);
                Victim.Step(new NodeEvent.StreamOpened(stream, Peer.Nid));
            }
            Victim.Step(new NodeEvent.FrameReceived(stream, frame));
            return true;
        }

        private void Close(int slot)
        {
            if (_streams[slot] is { } stream)
                Victim.Step(new NodeEvent.StreamClosed(stream, "closed by the other side"));
            _streams[slot] = null;
        }

        private void Call(PeerCall body) => Victim.Step(new NodeEvent.PeerCalled(new(++_nextCall), Peer.Nid, Peer.TlsKey, body));

        /// <summary>What was begun ends, and the node signs as before.</summary>
        public void End()
        {
            _mini.Cluster.Traffic = new Unheard(this, bends: false);
            for (var slot = 0; slot < Streams; slot++)
                Close(slot);
            _mini.Cluster.Time.Run(TimeSpan.FromSeconds(90));
            var signed = _mini.Ask(Victim, _mini.Sign(_mini.Transfer(_key.Record, 77)));
            Wrong.If(signed is not ClientReply.Signed, $"the node does not sign any more: {(signed as ClientReply.Refused)?.Error}");
            Wrong.If(!_mini.IsSound, "a node halted at the end");
        }

        public void Dispose() => _mini.Dispose();

        /// <summary>Answers to calls and streams that no node made are dropped; some of what the peer's machine sends is changed on its way.</summary>
        private sealed class Unheard(Life life, bool bends = true) : Traffic
        {
            public override NodeEffect? Bend(SimulatedNode node, NodeEffect effect) => effect switch
            {
                NodeEffect.AnswerPeer { Call.Value: > 1_000_000_000 } => null,
                NodeEffect.SendFrame { Stream.Value: > 1_000_000_000 } or NodeEffect.CloseStream { Stream.Value: > 1_000_000_000 } => null,
                NodeEffect.SendFrame { Frame: SessionFrame.Envelope envelope } send when bends && node == life.Peer && life._bending.Below(BentOneIn) == 0 && envelope.Bytes.Length > 0 =>
                    send with { Frame = new SessionFrame.Envelope(Bent(envelope.Bytes)) },
                _ => effect,
            };

            private byte[] Bent(ReadOnlyMemory<byte> bytes)
            {
                var bent = bytes.ToArray();
                bent[life._bending.Below(bent.Length)] ^= (byte)(1 + life._bending.Below(255));
                return bent;
            }
        }
    }
}
