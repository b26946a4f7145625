using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Protocols.Resharing;

/// <summary>What one dealer deals: secrets of its own for each key, their commitments, and the salt (spec §10, round 1).</summary>
/// <remarks>The secrets never leave as they are; disposing wipes them.</remarks>
internal abstract class MaintenanceDealing : IDisposable
{
    private protected MaintenanceDealing(GroupPoint[][] points, IRandomSource random)
    {
        Points = points;
        Span<byte> salt = stackalloc byte[Bytes32.Size];
        random.Fill(salt);
        Salt = new(salt);
    }

    /// <summary>[k][m], as they are opened.</summary>
    public GroupPoint[][] Points { get; }

    public Bytes32 Salt { get; }

    /// <summary>com_i.</summary>
    public Digest32 Commitment(MaintenanceSession session) => MaintenanceHashes.Commitment(session.Input, session.Self, Points, Salt);

    public MaintenanceOpening Open(MaintenanceSession session) => new(session.Self, Points, Salt);

    /// <summary>What one receiver is dealt, of all keys; the dealer's own part when it is the receiver itself.</summary>
    public abstract SecretScalars SharesFor(PartyId receiver);

    /// <summary>What the dealer's own sum begins with, where it is a receiver; null where it is none. Asked once.</summary>
    public abstract SecretScalars? OwnShares(MaintenanceSession session);

    public abstract void Dispose();
}

/// <summary>A dealing of polynomials: refresh and reshare.</summary>
internal abstract class PolynomialDealing(SecretPolynomial[] polynomials, IRandomSource random)
    : MaintenanceDealing([.. polynomials.Select(polynomial => polynomial.Commit())], random)
{
    /// <summary>f_{i,k}(pid) of all keys.</summary>
    public override SecretScalars SharesFor(PartyId receiver)
    {
        var shares = SecretScalars.Zero(polynomials[0].Group, polynomials.Length);
        for (var k = 0; k < polynomials.Length; k++)
            polynomials[k].EvaluateAt(receiver, shares, k);
        return shares;
    }

    public override void Dispose()
    {
        foreach (var polynomial in polynomials)
            polynomial.Dispose();
    }
}
