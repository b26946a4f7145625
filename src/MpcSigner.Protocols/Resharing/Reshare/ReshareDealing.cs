using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Protocols.Resharing.Reshare;

/// <summary>f_i of degree t′ − 1 with f_i(0) = λ_i^S·x_i for each key, the other coefficients nonzero (spec §10.2).</summary>
internal sealed class ReshareDealing : PolynomialDealing
{
    private ReshareDealing(SecretPolynomial[] polynomials, IRandomSource random) : base(polynomials, random) { }

    public static ReshareDealing Draw(MaintenanceSession session)
    {
        using var old = session.TakeOldShares();
        var lambda = PublicSharing.LagrangeCoefficient(session.Group, session.Protocol.Dealers, session.Self);
        var polynomials = new SecretPolynomial[session.Layout.Count];
        for (var k = 0; k < polynomials.Length; k++)
        {
            using var share = old[k];
            using var constant = share.Multiply(lambda);
            polynomials[k] = SecretPolynomial.RandomWithConstant(constant, session.Terms.NewThreshold, session.Random);
        }
        return new(polynomials, session.Random);
    }

    /// <summary>f_i(pid_i) where the dealer stays; a dealer that leaves has none.</summary>
    public override SecretScalars? OwnShares(MaintenanceSession session) =>
        session.Terms.IsNewParty(session.Self) ? SharesFor(session.Self) : null;
}
