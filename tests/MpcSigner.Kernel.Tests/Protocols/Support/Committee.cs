using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Protocols.Dkg;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Support;

/// <summary>n nodes with identities, numbered with pids that leave gaps.</summary>
internal sealed class Committee : IDisposable
{
    private readonly SortedDictionary<PartyId, IdentityKey> _keys = [];

    public Committee(string seed, params IReadOnlyList<int> pids)
    {
        Seed = seed;
        foreach (var pid in pids)
        {
            var key = IdentityKey.Generate(new DeterministicRandom(seed, $"identity/{pid}"));
            _keys.Add(new((ushort)pid), key);
        }
        Parties = [.. _keys.Select(pair => (pair.Key, pair.Value.PublicKey.ToNodeId()))];
        Identities = _keys.Values.ToDictionary(key => key.PublicKey.ToNodeId(), key => key.PublicKey);
    }

    /// <summary>pids 1, 7, 65535 for three; other sizes keep first and last and spread the rest.</summary>
    public static Committee OfSize(int n, string seed = "committee") => new(seed, PidsOf(n));

    public static IReadOnlyList<int> PidsOf(int n) => n switch
    {
        2 => [1, 65535],
        3 => [1, 7, 65535],
        _ => [1, 7, .. Enumerable.Range(1, n - 3).Select(i => 7 + i * 4001), 65535],
    };

    public string Seed { get; }

    public IReadOnlyList<(PartyId Pid, NodeId Nid)> Parties { get; }

    public IReadOnlyDictionary<NodeId, Ed25519PublicKey> Identities { get; }

    public IReadOnlyList<PartyId> Pids => [.. Parties.Select(party => party.Pid)];

    public IdentityKey Identity(PartyId pid) => _keys[pid];

    public NodeId Nid(PartyId pid) => Parties.First(party => party.Pid == pid).Nid;

    public DkgInput Input(int threshold, int count = 1, byte session = 1, byte order = 9, Suite suite = Suite.FrostEd25519)
    {
        var sid = new byte[32];
        sid[31] = session;
        var orderHash = new byte[32];
        orderHash[0] = order;
        Assert.True(DkgInput.TryCreate(
            suite, new(orderHash), count, threshold, Parties, Parties[0].Nid, new(sid), out var input, out var fault), $"{fault}");
        return input;
    }

    /// <param name="random">What the party draws from; its own by the seed if null.</param>
    public DkgSession Session(DkgInput input, PartyId pid, string run = "run", IRandomSource? random = null) =>
        new(input, Nid(pid), Identity(pid), Identities, random ?? new DeterministicRandom(Seed, $"{run}/{pid}"));

    public void Dispose()
    {
        foreach (var key in _keys.Values)
            key.Dispose();
    }
}
