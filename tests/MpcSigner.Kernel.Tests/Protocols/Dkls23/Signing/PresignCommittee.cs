using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Dkls23.Signing;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkls23.Signing;

/// <summary>n nodes with a key made by key generation and with pair setups dealt among them.</summary>
internal sealed class PresignCommittee : IDisposable
{
    private readonly Committee _committee;
    private readonly DkgRun _keygen;
    private readonly Dictionary<(PartyId Self, PartyId Peer), PairSetup> _setups = [];
    private byte _session;

    public PresignCommittee(Suite suite, int threshold, int parties, string seed = "presign")
    {
        Suite = suite;
        _committee = Committee.OfSize(parties, seed);
        _keygen = new(_committee, _committee.Input(threshold, suite: suite));
        Assert.Empty(_keygen.Faults);
        DealSetups(seed);
    }

    public Suite Suite { get; }

    public IGroup Group => MpcSigner.Cryptography.Groups.Groups.For(Suite.Curve());

    public KeyRecord Record => _keygen.Results[Pids[0]].Records[0];

    public Digest32 RecordHash => KeyRecordHash.Compute(Record);

    public IReadOnlyList<PartyId> Pids => _committee.Pids;

    public NodeId Nid(PartyId pid) => _committee.Nid(pid);

    public static InstanceId Instance(PartyId pid) => new([.. Enumerable.Repeat((byte)(pid.Value % 251), 16)]);

    public SecretScalar Share(PartyId pid) => _keygen.Results[pid].Shares[0];

    public PairSetup Setup(PartyId self, PartyId peer) => _setups[(self, peer)];

    /// <summary>All t-subsets of the parties.</summary>
    public IEnumerable<PartyId[]> Quorums() => Choose(Record.Threshold, 0, []);

    public PresignInput Input(IReadOnlyList<PartyId> signers, int count = 1, PartyId? initiator = null)
    {
        var session = new byte[32];
        session[15] = ++_session;
        var first = initiator ?? signers[0];
        Assert.True(PresignInput.TryCreate(
            Record, [.. signers.Order().Select(pid => new PresignSigner(pid, Nid(pid), Instance(pid)))], Nid(first), Instance(first), new(session), count, out var input, out var fault), $"{fault}");
        return input;
    }

    public PresignSession Session(PresignInput input, PartyId self, string run = "run", IRandomSource? random = null) => new(
        input, Nid(self), Share(self), input.Signers.Where(signer => signer.Pid != self).ToDictionary(signer => signer.Nid, signer => _setups[(self, signer.Pid)]),
        random ?? RandomOf(input, self, run));

    /// <summary>What a party draws from in a session.</summary>
    public DeterministicRandom RandomOf(PresignInput input, PartyId self, string run = "run") => new(_committee.Seed, $"{run}/{input.Session}/{self}");

    /// <summary>New setups in place of all, as after a failed check.</summary>
    public void DealSetups(string seed)
    {
        DisposeSetups();
        foreach (var one in Pids)
        {
            foreach (var other in Pids.Where(pid => pid.CompareTo(one) > 0))
                Deal(one, other, new(seed, $"setup/{one}/{other}"));
        }
    }

    private void Deal(PartyId one, PartyId other, DeterministicRandom random)
    {
        var zero = new byte[32];
        random.Fill(zero);
        SeedPair fromOne = new(random), fromOther = new(random);
        Digest32 idOne = Digest(random), idOther = Digest(random);
        _setups[(one, other)] = new(
            new(Nid(one), Instance(one), Nid(other), Instance(other)), new(idOne, 1, fromOne.Sender), new(idOther, 1, fromOther.Receiver), SecureMemory.CopyOf(zero));
        _setups[(other, one)] = new(
            new(Nid(other), Instance(other), Nid(one), Instance(one)), new(idOther, 1, fromOther.Sender), new(idOne, 1, fromOne.Receiver), SecureMemory.CopyOf(zero));
    }

    private static Digest32 Digest(DeterministicRandom random)
    {
        var bytes = new byte[32];
        random.Fill(bytes);
        return new(bytes);
    }

    private IEnumerable<PartyId[]> Choose(int count, int from, PartyId[] chosen)
    {
        if (count == 0)
            return [chosen];
        return Enumerable.Range(from, Pids.Count - from).SelectMany(i => Choose(count - 1, i + 1, [.. chosen, Pids[i]]));
    }

    private void DisposeSetups()
    {
        foreach (var setup in _setups.Values)
            setup.Dispose();
        _setups.Clear();
    }

    public void Dispose()
    {
        DisposeSetups();
        _keygen.Dispose();
        _committee.Dispose();
    }
}
