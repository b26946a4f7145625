using MpcSigner.Core.Identities;

namespace MpcSigner.Core.Keys;

/// <summary>A party of a key: its number, its node, and X = x·G, the public part of its share (encoded point).</summary>
public sealed record KeyParty(PartyId Pid, NodeId Nid, ReadOnlyMemory<byte> PublicShare)
{
    public bool Equals(KeyParty? other) =>
        other is not null && Pid == other.Pid && Nid == other.Nid && PublicShare.Span.SequenceEqual(other.PublicShare.Span);

    public override int GetHashCode() => HashCode.Combine(Pid, Nid);
}

/// <summary>Everything public about one generation of a key. Its hash KH (spec §3.4) stands for it in every protocol.</summary>
/// <param name="Parties">Ascending by pid; 2..16.</param>
/// <param name="PublicKey">P, encoded point of the suite's curve.</param>
public sealed record KeyRecord(
    Suite Suite,
    KeyId KeyId,
    uint Generation,
    byte Threshold,
    IReadOnlyList<KeyParty> Parties,
    ReadOnlyMemory<byte> PublicKey,
    Digest32 ChainCode)
{
    public KeyParty? Find(NodeId nid) => Parties.FirstOrDefault(p => p.Nid == nid);

    public KeyParty? Find(PartyId pid) => Parties.FirstOrDefault(p => p.Pid == pid);
}
