using System.Diagnostics;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Protocols.Dkls23.Signing;

/// <summary>Each presignature's additive share of the key, sk_i = λ_i^S·x_i + ζ_i, with pk_i = sk_i·G (spec §12 step 5).</summary>
[DebuggerDisplay("<redacted>")]
internal sealed class PresignKeys : IDisposable
{
    private readonly SecretScalar[] _shares;

    internal PresignKeys(PresignSession session, IReadOnlyList<PresignCommitments> commitments)
    {
        Commitments = commitments;
        _shares = new SecretScalar[commitments.Count];
        Points = new GroupPoint[commitments.Count];
        for (var k = 0; k < _shares.Length; k++)
        {
            using var zero = ZeroShares.Compute(session.Group, session.Self, session.Setups, commitments[k].T1);
            _shares[k] = session.Share.MultiplyAdd(session.Lagrange, zero);
            Points[k] = _shares[k].MultiplyBase();
        }
    }

    internal IReadOnlyList<PresignCommitments> Commitments { get; }

    internal Digest32 T1(int k) => Commitments[k].T1;

    /// <summary>sk_i.</summary>
    internal SecretScalar Share(int k) => _shares[k];

    /// <summary>pk_i. O has no encoding: it comes up with probability 1/q, and ends the session before anything is sent.</summary>
    internal GroupPoint[] Points { get; }

    public override string ToString() => "PresignKeys(<redacted>)";

    public void Dispose()
    {
        foreach (var share in _shares)
            share.Dispose();
    }
}
