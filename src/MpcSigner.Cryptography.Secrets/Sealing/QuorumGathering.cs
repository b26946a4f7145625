using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Cryptography.Secrets.Sealing;

/// <summary>How a share that was given is judged. Only <see cref="Taken"/> changes anything.</summary>
public enum QuorumVerdict : byte
{
    NotJudged = 0,

    /// <summary>It counts.</summary>
    Taken,

    /// <summary>It names another node.</summary>
    OtherNode,

    /// <summary>It is of an earlier or another dealing of this node.</summary>
    OtherQuorum,

    /// <summary>It is not what the dealing gave this operator.</summary>
    Wrong,

    /// <summary>This operator's share is here already.</summary>
    Duplicate,
}

/// <summary>Shares on their way to a quorum, in locked memory, wiped when disposed. Not safe for concurrent use.</summary>
[DebuggerDisplay("<redacted>")]
public sealed class QuorumGathering(QuorumHeader header, NodeId nid) : IDisposable
{
    private readonly SortedDictionary<int, QuorumShare> _shares = [];

    /// <summary>Shares that count.</summary>
    public int Count => _shares.Count;

    /// <summary>The operators that they came from, ascending.</summary>
    public IReadOnlyList<int> Numbers => [.. _shares.Keys];

    public bool IsComplete => _shares.Count >= header.Threshold;

    /// <summary>Judges a share and keeps it if it counts.</summary>
    /// <param name="share">Taken over if <see cref="QuorumVerdict.Taken"/>, else the caller's to dispose.</param>
    public QuorumVerdict Give(QuorumShare share)
    {
        if (share.Node != NodeTag.Of(nid))
            return QuorumVerdict.OtherNode;
        if (share.Quorum != header.Id)
            return QuorumVerdict.OtherQuorum;
        if (share.Number > header.Operators || share.Threshold != header.Threshold || !share.Fits(header))
            return QuorumVerdict.Wrong;
        return _shares.TryAdd(share.Number, share) ? QuorumVerdict.Taken : QuorumVerdict.Duplicate;
    }

    /// <summary>s = Σ λ_i·f(i) over the first k shares, in constant time for the shares.</summary>
    /// <param name="secret">32 bytes for <see cref="KeyEncryptionKey.FromQuorum"/>, the caller's.</param>
    /// <returns>False while shares are missing.</returns>
    /// <exception cref="InvalidOperationException">Shares that each fit the commitments do not give the secret: a defect.</exception>
    public bool TryCombine([NotNullWhen(true)] out SecureMemory? secret)
    {
        secret = null;
        if (!IsComplete)
            return false;
        PartyId[] set = [.. _shares.Keys.Take(header.Threshold).Select(number => new PartyId((ushort)number))];
        var coefficients = PublicSharing.LagrangeCoefficients(QuorumHeader.Group, set);
        var terms = new SecretScalar[set.Length];
        try
        {
            for (var i = 0; i < set.Length; i++)
                terms[i] = _shares[set[i].Value].Scalar.Multiply(coefficients[i]);
            using var sum = SecretScalar.Sum(QuorumHeader.Group, terms);
            if (sum.MultiplyBase() != header.PublicSecret)
                throw new InvalidOperationException("shares that fit the commitments do not give the secret");
            using var bytes = sum.Borrow();
            secret = SecureMemory.CopyOf(bytes.Span);
            return true;
        }
        finally
        {
            foreach (var term in terms)
                term?.Dispose();
        }
    }

    public override string ToString() => $"QuorumGathering({Count} of {header.Threshold}, <redacted>)";

    public void Dispose()
    {
        foreach (var share in _shares.Values)
            share.Dispose();
        _shares.Clear();
    }
}
