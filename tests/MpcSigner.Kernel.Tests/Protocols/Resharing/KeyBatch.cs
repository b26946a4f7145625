using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Resharing;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Resharing;

/// <summary>N keys of one generation and who holds which shares: what maintenance starts from and ends with. Keys ascend by id, as an order has them.</summary>
internal sealed class KeyBatch : IDisposable
{
    private KeyBatch(IReadOnlyList<KeyRecord> records, Dictionary<PartyId, SecretScalars> shares)
    {
        Records = records;
        Shares = shares;
    }

    public IReadOnlyList<KeyRecord> Records { get; }

    /// <summary>[pid], in key order.</summary>
    public Dictionary<PartyId, SecretScalars> Shares { get; }

    public Suite Suite => Records[0].Suite;

    public int Threshold => Records[0].Threshold;

    public IReadOnlyList<(PartyId Pid, NodeId Nid)> Parties => [.. Records[0].Parties.Select(party => (party.Pid, party.Nid))];

    public PartyId[] Pids => [.. Parties.Select(party => party.Pid)];

    public IReadOnlyList<OrderedKey> Ordered => [.. Records.Select(record => new OrderedKey(record.KeyId, record.Generation, KeyRecordHash.Compute(record)))];

    /// <summary>By a key generation among these parties.</summary>
    public static KeyBatch Generate(Suite suite, int t, IReadOnlyList<int> pids, int count, string seed)
    {
        using var committee = new Committee(seed, pids);
        using var run = new DkgRun(committee, committee.Input(t, count, suite: suite), order: seed);
        return Of(run);
    }

    /// <summary>As a finished key generation leaves them.</summary>
    public static KeyBatch Of(DkgRun run)
    {
        var records = run.Results.Values.First().Records;
        int[] order = [.. Enumerable.Range(0, records.Count).OrderBy(k => records[k].KeyId.Value)];
        return new([.. order.Select(k => records[k])], run.Results.ToDictionary(pair => pair.Key, pair => Pick(pair.Value.Shares, order)));
    }

    /// <summary>As a finished run leaves them.</summary>
    public static KeyBatch After(MaintenanceRun run)
    {
        var first = run.Results.Values.First();
        return new(first.Records, run.Results.Where(pair => pair.Value.Shares is not null).ToDictionary(pair => pair.Key, pair => Copy(pair.Value.Shares!)));
    }

    /// <summary>The same but for one party, whose shares are on no polynomial with the others'; its record says so.</summary>
    public KeyBatch WithOtherShare(PartyId pid)
    {
        var shares = Shares.ToDictionary(pair => pair.Key, pair => Copy(pair.Value));
        shares[pid].AddInPlace(Shares[Pids.First(other => other != pid)]);
        var records = Records.Select((record, k) => record with
        {
            Parties = [.. record.Parties.Select(party => party.Pid == pid ? party with { PublicShare = shares[pid].MultiplyBase(k).Encode() } : party)],
        });
        return new([.. records], shares);
    }

    /// <summary>One of these keys alone.</summary>
    public KeyBatch Only(int k) => new([Records[k]], Shares.ToDictionary(pair => pair.Key, pair => Pick(pair.Value, [k])));

    public MaintenanceAction.Refresh Refresh(uint attempt = 1) => new(Suite, attempt, Ordered, Threshold, Parties);

    public MaintenanceAction.Reshare Reshare(Committee world, IReadOnlyList<PartyId> dealers, int newThreshold, IReadOnlyList<int> newPids) =>
        new(Suite, 1, Ordered, Threshold, Parties, dealers, newThreshold,
            [.. newPids.Select(pid => (new PartyId((ushort)pid), world.Nid(new((ushort)pid))))], newThreshold < Threshold);

    public MaintenanceAction.Recover Recover(IReadOnlyList<PartyId> helpers, PartyId recovered) => new(Suite, 1, Ordered, Threshold, Parties, helpers, recovered);

    public static MaintenanceTerms TermsOf(MaintenanceAction action, byte order = 7)
    {
        var bytes = new byte[Digest32.Size];
        bytes[0] = order;
        return TermsOf(action, new Digest32(bytes));
    }

    public static MaintenanceTerms TermsOf(MaintenanceAction action, Digest32 order)
    {
        Assert.True(MaintenanceTerms.TryCreate(action, order, out var terms, out var fault), $"{fault}");
        Assert.Null(fault);
        return terms;
    }

    public static SecretScalars Copy(SecretScalars shares) => Pick(shares, [.. Enumerable.Range(0, shares.Count)]);

    private static SecretScalars Pick(SecretScalars shares, int[] order)
    {
        var picked = SecretScalars.Zero(shares.Group, order.Length);
        for (var k = 0; k < order.Length; k++)
        {
            using var share = shares[order[k]];
            picked.Set(k, share);
        }
        return picked;
    }

    public void Dispose()
    {
        foreach (var shares in Shares.Values)
            shares.Dispose();
    }
}
