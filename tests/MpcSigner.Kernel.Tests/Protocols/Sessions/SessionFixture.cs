using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Secrets.KeyAgreement;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Sessions;

/// <summary>Joins and channels of a whole committee, with the first party or an outsider as initiator.</summary>
internal sealed class SessionFixture : IDisposable
{
    private readonly Dictionary<NodeId, X25519KeyPair> _ephemerals = [];

    public SessionFixture(int n = 3, bool outsideInitiator = false, ProtocolKind protocol = ProtocolKind.Dkg, ulong start = 5, ulong sequence = 1, string seed = "session")
    {
        Committee = Committee.OfSize(n + (outsideInitiator ? 1 : 0), seed);
        Parties = outsideInitiator ? [.. Committee.Parties.Skip(1)] : Committee.Parties;
        var initiator = Committee.Parties[0].Nid;
        Terms = new(protocol, Suite.FrostEd25519, default, SessionIds.Compose(start, sequence, new byte[16]), initiator, default);
        foreach (var (pid, nid) in Committee.Parties)
        {
            _ephemerals.Add(nid, X25519KeyPair.Generate(new DeterministicRandom(seed, $"ephemeral/{pid}/{sequence}")));
            Joins.Add(nid, new(Terms, nid, new(new byte[16]), start, _ephemerals[nid].PublicKey));
        }
        Signed = [.. Committee.Parties.Select(party => Joins[party.Nid].Sign(Committee.Identity(party.Pid)))];
    }

    public Committee Committee { get; }

    public IReadOnlyList<(PartyId Pid, NodeId Nid)> Parties { get; }

    public SessionTerms Terms { get; }

    public Dictionary<NodeId, Join> Joins { get; } = [];

    public List<SignedJoin> Signed { get; }

    public X25519KeyPair Ephemeral(NodeId nid) => _ephemerals[nid];

    public JoinRefusal? TryAssemble(IReadOnlyCollection<SignedJoin> joins, out JoinSet? set, int self = 0)
    {
        Assert.Equal(JoinSet.TryAssemble(Joins[Committee.Parties[self].Nid], Parties.Select(p => p.Nid), joins, Committee.Identities, out set, out var refusal), set is not null);
        Assert.Equal(set is null, refusal is not null);
        return refusal;
    }

    public SessionChannel Channel(int self)
    {
        Assert.Null(TryAssemble(Signed, out var set, self));
        var nid = Committee.Parties[self].Nid;
        Assert.True(SessionKeys.TryDerive(set!, nid, _ephemerals[nid], out var keys, out _));
        return new(keys, Parties);
    }

    public void Dispose()
    {
        foreach (var ephemeral in _ephemerals.Values)
            ephemeral.Dispose();
        Committee.Dispose();
    }
}
