using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Protocols.Resharing.Recovery;

/// <summary>v_i = λ_i^S(pid_r)·x_i split into δ_{i,k} for k ∈ S: all but the last drawn, the last takes the remainder, none is zero (spec §10.3).</summary>
internal sealed class RecoveryDealing : MaintenanceDealing
{
    private readonly PartyId[] _helpers;
    private readonly SecretScalars[] _parts;

    private RecoveryDealing(PartyId[] helpers, SecretScalars[] parts, GroupPoint[][] points, IRandomSource random) : base(points, random)
    {
        _helpers = helpers;
        _parts = parts;
    }

    public static RecoveryDealing Draw(MaintenanceSession session, PartyId recovered)
    {
        var (group, helpers, count) = (session.Group, session.Protocol.Dealers, session.Layout.Count);
        using var old = session.TakeOldShares();
        var lambda = PublicSharing.LagrangeCoefficient(group, helpers, session.Self, recovered.Value);
        SecretScalars[] parts = [.. helpers.Select(_ => SecretScalars.Zero(group, count))];
        var points = new GroupPoint[count][];
        for (var k = 0; k < count; k++)
        {
            using (var share = old[k])
            using (var value = share.Multiply(lambda))
                Split(value, parts, k, session.Random);
            points[k] = new GroupPoint[helpers.Length];
            for (var i = 0; i < helpers.Length; i++)
                points[k][i] = parts[i].MultiplyBase(k);
        }
        return new(helpers, parts, points, session.Random);
    }

    /// <summary>Into element k of each part; the value stays the caller's. Constant time in it, but for the one case of 2^256.</summary>
    internal static void Split(SecretScalar value, SecretScalars[] parts, int k, IRandomSource random)
    {
        var remainder = value.Copy();
        try
        {
            do
            {
                // Drawn again in the one case of 2^256 in which nothing remains: O has no encoding.
                remainder.Dispose();
                remainder = value.Copy();
                for (var i = 0; i < parts.Length - 1; i++)
                {
                    using var part = SecretScalar.Random(value.Group, random);
                    parts[i].Set(k, part);
                    var rest = remainder.Subtract(part);
                    remainder.Dispose();
                    remainder = rest;
                }
            }
            while (remainder.IsZero());
            parts[^1].Set(k, remainder);
        }
        finally
        {
            remainder.Dispose();
        }
    }

    /// <summary>δ_{i,k} of all keys for helper k.</summary>
    public override SecretScalars SharesFor(PartyId receiver)
    {
        var copy = SecretScalars.Zero(_parts[0].Group, _parts[0].Count);
        copy.AddInPlace(_parts[Array.IndexOf(_helpers, receiver)]);
        return copy;
    }

    /// <summary>δ_{i,i}.</summary>
    public override SecretScalars OwnShares(MaintenanceSession session) => SharesFor(session.Self);

    public override void Dispose()
    {
        foreach (var part in _parts)
            part.Dispose();
    }
}
