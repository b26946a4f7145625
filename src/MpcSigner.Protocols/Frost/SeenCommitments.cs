using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Protocols.Broadcast;

namespace MpcSigner.Protocols.Frost;

/// <summary>The coordinator's memory of commitments: one it has seen before for a key is refused (spec §19.1, "Additional state against nonce reuse").</summary>
/// <remarks>Bounded: the oldest are forgotten. It is a second line only; that nonces are used once is each signer's own care. One thread at a time.</remarks>
public sealed class SeenCommitments
{
    /// <summary>Points remembered, D and E apart: some 8 MB.</summary>
    public const int MaxRemembered = 1 << 17;

    private readonly int _capacity;
    private readonly HashSet<Digest32> _known = [];
    private readonly Queue<Digest32> _oldestFirst = new();

    public SeenCommitments(int capacity = MaxRemembered)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 2);
        _capacity = capacity;
    }

    /// <summary>False when D or E was seen for this key before, or D = E; otherwise both are remembered.</summary>
    public bool TryAdd(Digest32 recordHash, FrostCommitment commitment)
    {
        var (hiding, binding) = (Name(recordHash, commitment.Hiding), Name(recordHash, commitment.Binding));
        if (hiding == binding || _known.Contains(hiding) || _known.Contains(binding))
            return false;
        Remember(hiding);
        Remember(binding);
        return true;
    }

    private void Remember(Digest32 name)
    {
        while (_known.Count >= _capacity)
            _known.Remove(_oldestFirst.Dequeue());
        _known.Add(name);
        _oldestFirst.Enqueue(name);
    }

    private static Digest32 Name(Digest32 recordHash, GroupPoint point) => SignedStatement.DigestOf([.. recordHash.ToArray(), .. point.Encoded]);
}
