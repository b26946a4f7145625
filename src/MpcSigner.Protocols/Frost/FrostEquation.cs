using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;

namespace MpcSigner.Protocols.Frost;

/// <summary>Everything public of one signing equation, the same at every signer and at the coordinator (spec §19.3 steps 3–5).</summary>
internal sealed class FrostEquation
{
    private readonly FrostSuite _suite;
    private readonly KeyRecord _record;
    private readonly FrostRequest _request;
    private readonly PublicScalar[] _bindingFactors;
    private readonly PublicScalar[] _lagrange;

    private FrostEquation(
        FrostSuite suite, KeyRecord record, FrostRequest request, FrostKey key, PublicScalar[] bindingFactors, GroupPoint commitment)
    {
        _suite = suite;
        _record = record;
        _request = request;
        _bindingFactors = bindingFactors;
        _lagrange = PublicSharing.LagrangeCoefficients(suite.Group, [.. request.Signers]);
        Key = key;
        Commitment = commitment;
        NegatesNonces = suite.NegatesNonces(commitment);
        Challenge = suite.Challenge(commitment, key.PublicKey, request.Message.Span);
    }

    /// <summary>The effective key.</summary>
    public FrostKey Key { get; }

    /// <summary>R.</summary>
    public GroupPoint Commitment { get; }

    /// <summary>ε = −1: nonces count with the opposite sign, in shares and in their check.</summary>
    public bool NegatesNonces { get; }

    /// <summary>c.</summary>
    public PublicScalar Challenge { get; }

    /// <summary>Derives the effective key, ρ_j for all j ∈ S, R and c.</summary>
    public static bool TryCreate(
        KeyRecord record, FrostRequest request, [NotNullWhen(true)] out FrostEquation? equation, [NotNullWhen(false)] out FrostRefusal? refusal)
    {
        equation = null;
        var suite = FrostSuite.For(record.Suite);
        if (suite.TryDeriveKey(KeyRecordPoints.PublicKey(record), record.ChainCode, [.. request.Path], request.Mode, request.Root.Span, out var key) != DerivationFault.None || key is null)
        {
            refusal = FrostRefusal.BadPath;
            return false;
        }
        var bindingFactors = BindingFactors(suite, request, key.PublicKey);
        var commitment = GroupCommitment(suite.Group, request, bindingFactors);
        if (commitment.IsIdentity)
        {
            refusal = FrostRefusal.DegenerateCommitment;
            return false;
        }
        equation = new(suite, record, request, key, bindingFactors, commitment);
        refusal = null;
        return true;
    }

    /// <summary>ρ_j = H1(enc(P) ‖ H4(m) ‖ H5(enc(B)) ‖ encScalar(j)); enc(B) lists encScalar(j) ‖ D_j ‖ E_j (RFC 9591 §4.3, §4.4).</summary>
    internal static PublicScalar[] BindingFactors(FrostSuite suite, FrostRequest request, GroupPoint publicKey)
    {
        var list = new ByteWriter(request.Commitments.Count * (IGroup.ScalarSize + FrostCommitment.Size(suite.Group)));
        foreach (var commitment in request.Commitments)
            list.Bytes(Identifier(suite.Group, commitment.Signer)).Bytes(commitment.Hiding.Encoded).Bytes(commitment.Binding.Encoded);
        byte[] prefix = [.. publicKey.Encoded, .. suite.H4(request.Message.Span), .. suite.H5(list.Written)];
        return [.. request.Commitments.Select(commitment => suite.H1([.. prefix, .. Identifier(suite.Group, commitment.Signer)]))];
    }

    private static byte[] Identifier(IGroup group, PartyId pid) => group.FromUInt64(pid.Value).Encode();

    /// <summary>R = Σ (D_j + ρ_j·E_j).</summary>
    private static GroupPoint GroupCommitment(IGroup group, FrostRequest request, PublicScalar[] bindingFactors)
    {
        GroupPoint[] hiding = [.. request.Commitments.Select(commitment => commitment.Hiding)];
        GroupPoint[] binding = [.. request.Commitments.Select(commitment => commitment.Binding)];
        return group.Add(group.Sum(hiding), group.LinearCombinationPublic(bindingFactors, binding));
    }

    /// <summary>ρ_i.</summary>
    public PublicScalar BindingFactorOf(PartyId signer) => _bindingFactors[IndexOf(signer)];

    /// <summary>λ_i^S·c: the factor of x_i in z_i.</summary>
    public PublicScalar ShareFactorOf(PartyId signer) => _suite.Group.MultiplyPublic(_lagrange[IndexOf(signer)], Challenge);

    /// <summary>z_i·G = ε·(D_i + ρ_i·E_i) + c·λ_i^S·X_i, X_i the effective public share.</summary>
    public bool Holds(PartyId signer, PublicScalar share)
    {
        var group = _suite.Group;
        var index = IndexOf(signer);
        if (!group.TryDecodePoint(_record.Find(signer)!.PublicShare.Span, out var publicShare))
            throw new InvalidOperationException("the record holds an invalid public share");
        var (hiding, binding) = (_request.Commitments[index].Hiding, _request.Commitments[index].Binding);
        var nonce = group.Add(hiding, group.MultiplyPublic(_bindingFactors[index], binding));
        var keyed = group.MultiplyPublic(ShareFactorOf(signer), Key.Effective(publicShare));
        return group.MultiplyBasePublic(share) == group.Add(NegatesNonces ? group.Negate(nonce) : nonce, keyed);
    }

    /// <summary>The signature from the sum of all shares; null unless it passes strict verification under the effective key.</summary>
    public byte[]? TryFinish(PublicScalar sum)
    {
        var signature = _suite.EncodeSignature(Commitment, sum);
        return _suite.Verify(Key.PublicKey, _request.Message.Span, signature) ? signature : null;
    }

    private int IndexOf(PartyId signer)
    {
        for (var i = 0; i < _request.Commitments.Count; i++)
        {
            if (_request.Commitments[i].Signer == signer)
                return i;
        }
        throw new ArgumentException($"party {signer} is no signer of this request", nameof(signer));
    }
}
