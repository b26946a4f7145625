using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Proofs;

namespace MpcSigner.Protocols.Dkg;

/// <summary>What one party deals: N polynomials of degree t − 1 with their commitments, chain-code contributions and salt (spec §9 round 1).</summary>
/// <remarks>The polynomials never leave; disposing wipes them.</remarks>
internal sealed class DkgDealing : IDisposable
{
    private readonly SecretPolynomial[] _polynomials;

    private DkgDealing(SecretPolynomial[] polynomials, GroupPoint[][] points, Bytes32[] chainCodes, Bytes32 salt)
    {
        _polynomials = polynomials;
        Points = points;
        ChainCodes = chainCodes;
        Salt = salt;
    }

    /// <summary>C_{i,k,m}.</summary>
    public GroupPoint[][] Points { get; }

    public Bytes32[] ChainCodes { get; }

    public Bytes32 Salt { get; }

    /// <summary>f_{i,k}(X) = Σ a_{i,k,m}·X^m with all coefficients nonzero; cc_{i,k} and salt_i of 32 random bytes.</summary>
    public static DkgDealing Draw(DkgSession session)
    {
        var count = session.Input.Count;
        var polynomials = new SecretPolynomial[count];
        var points = new GroupPoint[count][];
        for (var k = 0; k < count; k++)
        {
            polynomials[k] = SecretPolynomial.Random(session.Group, session.Input.Threshold, session.Random);
            points[k] = polynomials[k].Commit();
        }
        var chainCodes = new Bytes32[count];
        for (var k = 0; k < count; k++)
            chainCodes[k] = RandomBytes(session);
        return new(polynomials, points, chainCodes, RandomBytes(session));
    }

    /// <summary>com_i.</summary>
    public Digest32 Commitment(DkgSession session) =>
        DkgHashes.Commitment(session.Input.Context, session.Self, Points, ChainCodes, Salt);

    /// <summary>Opens the commitment with a proof of every constant term, bound to T1.</summary>
    public DkgOpening Open(DkgSession session, Digest32 t1)
    {
        var context = SchnorrContext.OfConstants(t1, session.Self);
        var proofs = new SchnorrProof[_polynomials.Length];
        for (var k = 0; k < proofs.Length; k++)
        {
            using var constant = Constant(k);
            proofs[k] = SchnorrProof.Prove(session.Group, context, k, constant, Points[k][0], session.Random);
        }
        return new(session.Self, Points, ChainCodes, Salt, proofs);
    }

    /// <summary>a_{i,k,0}, to be disposed by the taker.</summary>
    public SecretScalar Constant(int k) => _polynomials[k].Constant();

    /// <summary>s_{i→j,k} = f_{i,k}(pid_j) of all keys; for the dealer itself, what its own share begins with.</summary>
    public SecretScalars SharesFor(DkgSession session, PartyId receiver)
    {
        var shares = SecretScalars.Zero(session.Group, _polynomials.Length);
        for (var k = 0; k < _polynomials.Length; k++)
            _polynomials[k].EvaluateAt(receiver, shares, k);
        return shares;
    }

    private static Bytes32 RandomBytes(DkgSession session)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        session.Random.Fill(bytes);
        return new(bytes);
    }

    public void Dispose()
    {
        foreach (var polynomial in _polynomials)
            polynomial.Dispose();
    }
}
