using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Pairs;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Crash;

/// <summary>What the cheat of a pair does wrong in a presign session.</summary>
public enum PresignCheat
{
    /// <summary>The consistency check of COT1 fails.</summary>
    Extension = 1,

    /// <summary>The check μ fails.</summary>
    VectorOle = 2,

    /// <summary>The check Γ^u fails.</summary>
    OleInput = 3,

    /// <summary>ctx is another: the START was split.</summary>
    Context = 4,

    /// <summary>setup_id is another: the two lost each other's setup.</summary>
    SetupId = 5,

    /// <summary>T1 is another.</summary>
    Echo = 6,

    /// <summary>com does not open.</summary>
    Opening = 7,

    /// <summary>A message of another length.</summary>
    Length = 8,
}

/// <summary>Two nodes with threshold ECDSA keys of both, of which one cheats when it is told to.</summary>
internal sealed class CheatedPair : IDisposable
{
    private byte _digest;

    /// <param name="victimCoordinates">Else the cheat does, and the victim is asked to presign.</param>
    public CheatedPair(string seed, bool victimCoordinates, int keys = 1, PoolSettings? pools = null, PairSettings? pairs = null)
    {
        Mini = new(2, seed, new() { Pools = pools ?? new() { PresignatureLevel = 0 }, Pairs = pairs ?? new() });
        Keys = Mini.CreateKeys(2, 2, keys, KeyUsage.TransactionsAndRaw, Suite.EcdsaSecp256k1);
        (Victim, Cheat) = victimCoordinates ? (Mini.Nodes[0], Mini.Nodes[1]) : (Mini.Nodes[1], Mini.Nodes[0]);
        Puppet = new(Mini, Cheat) { Holds = false };
    }

    public MiniCluster Mini { get; }

    public IReadOnlyList<KeyRow> Keys { get; }

    public SimulatedNode Victim { get; }

    public SimulatedNode Cheat { get; }

    public SimulatedNode Coordinator => Mini.Nodes[0];

    public Puppet Puppet { get; private set; }

    public ScriptedTraffic Script => Puppet.Script;

    /// <summary>What the victim's disk knows of the pair.</summary>
    public PairRow? Row => Victim.Store.Pairs.GetValueOrDefault(Cheat.Nid);

    /// <summary>Faults of the cheat in the victim's log.</summary>
    public int Faults => Victim.Store.Log.Count(entry => entry.Kind == AuditKind.PeerFault);

    public int Released => Victim.Store.Log.Count(entry => entry.Kind == AuditKind.ShareReleased);

    /// <summary>The setup that a node would use with the other.</summary>
    public PairSetup? SetupOf(SimulatedNode node) => PairsOf(node).Find(node == Victim ? Cheat.Nid : Victim.Nid);

    public static PairBook PairsOf(SimulatedNode node) => node.Machine!.Rooms.Pairs;

    /// <summary>Asks the coordinator for a signature, and does not wait.</summary>
    public CallId Submit(int key = 0) => Mini.Submit(Coordinator, Mini.Sign(Action(key)));

    public RequestAction.Sign Action(int key = 0) => new(Keys[key].Record.KeyId, [], PayloadKind.Raw, Enumerable.Repeat(++_digest, 32).ToArray());

    /// <summary>The cheat's words are in the test's hands again, after processes have begun that it did not know.</summary>
    public void Listen() => Puppet = new(Mini, Cheat) { Holds = false };

    /// <summary>A process of a node begins, at which nobody is left out; nobody cheats from here on.</summary>
    public void StartHonestly(SimulatedNode node)
    {
        Mini.Script();
        node.ReadmitAll();
        node.Start();
    }

    /// <summary>Everybody is honest, what is on the way is forgotten, and the key signs.</summary>
    public void AssertSigns(string what)
    {
        Mini.Script();
        var reply = Mini.Ask(Coordinator, Mini.Sign(Action()));
        Assert.True(reply is ClientReply.Signed, $"{what}: {(reply as ClientReply.Refused)?.Error}");
        Assert.True(Mini.IsSound, what);
    }

    /// <summary>The setup at both ends is one, of the processes that run.</summary>
    public void AssertOneSetup(string what)
    {
        var (own, other) = (SetupOf(Victim), SetupOf(Cheat));
        Assert.True(own is not null && other is not null, what);
        Assert.Equal((own.SendingId, own.ReceivingId, own.SendingEpoch, own.ReceivingEpoch), (other.ReceivingId, other.SendingId, other.ReceivingEpoch, other.SendingEpoch));
        Assert.Equal((Victim.Instance, Cheat.Instance), (other.Nodes.PeerInstance, own.Nodes.PeerInstance));
    }

    /// <summary>The cheat in every session from here on, or in those that are chosen by their order of sending.</summary>
    public void Cheats(PresignCheat cheat, Func<int, bool>? isChosen = null)
    {
        var sent = 0;
        Puppet.Bends = (type, payload) => type == MessageType.Round && payload.Length % SizeOf(cheat) == 0 && (isChosen?.Invoke(sent++) ?? true) ? Bend(cheat, payload) : payload.ToArray();
    }

    private static int SizeOf(PresignCheat cheat) =>
        cheat is PresignCheat.Extension or PresignCheat.Context or PresignCheat.SetupId or PresignCheat.Length ? PresignLayout.Round1 : PresignLayout.Round2;

    private static byte[] Bend(PresignCheat cheat, ReadOnlySpan<byte> payload)
    {
        var bent = payload.ToArray();
        switch (cheat)
        {
            case PresignCheat.Extension: // the last of t̂
            case PresignCheat.VectorOle: // the last of μ
                bent[^1] ^= 1;
                return bent;
            case PresignCheat.OleInput: // a point, but another
                bent.AsSpan()[PresignLayout.KeyPoint].CopyTo(bent.AsSpan()[PresignLayout.GammaU]);
                return bent;
            case PresignCheat.Context:
            case PresignCheat.Echo:
                bent[0] ^= 1;
                return bent;
            case PresignCheat.SetupId:
                bent[PresignLayout.SetupId.Start] ^= 1;
                return bent;
            case PresignCheat.Opening:
                bent[PresignLayout.Salt.Start] ^= 1;
                return bent;
            case PresignCheat.Length:
                return bent[..^1];
            default:
                throw new ArgumentOutOfRangeException(nameof(cheat));
        }
    }

    public void Dispose() => Mini.Dispose();
}
