using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Protocols.Resharing.Refresh;

/// <summary>g_i(X) = Σ_{k=1..t−1} b_{i,k}·X^k for each key, all coefficients nonzero (spec §10.1).</summary>
internal sealed class RefreshDealing : PolynomialDealing
{
    private RefreshDealing(SecretPolynomial[] polynomials, IRandomSource random) : base(polynomials, random) { }

    public static RefreshDealing Draw(MaintenanceSession session)
    {
        var polynomials = new SecretPolynomial[session.Layout.Count];
        for (var k = 0; k < polynomials.Length; k++)
            polynomials[k] = SecretPolynomial.RandomWithZeroConstant(session.Group, session.Terms.OldThreshold, session.Random);
        return new(polynomials, session.Random);
    }

    /// <summary>x_i + g_i(pid_i): x_i′ without what the others deal.</summary>
    public override SecretScalars OwnShares(MaintenanceSession session)
    {
        var sum = session.TakeOldShares();
        using var own = SharesFor(session.Self);
        sum.AddInPlace(own);
        return sum;
    }
}
