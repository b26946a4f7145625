using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Dkls23.Multiplication;
using MpcSigner.Protocols.Faults;

namespace MpcSigner.Protocols.Dkls23.Signing;

/// <summary>A peer's round 2 of one presignature, decoded and opened (spec §12 step 8).</summary>
internal sealed class PresignOpening : IDisposable
{
    private PresignOpening(GroupPoint nonce, GroupPoint key, GroupPoint gammaU, GroupPoint gammaV, SecretScalar psi, PublicScalar response) =>
        (Nonce, Key, GammaU, GammaV, Psi, Response) = (nonce, key, gammaU, gammaV, psi, response);

    /// <summary>R_j.</summary>
    internal GroupPoint Nonce { get; }

    /// <summary>pk_j.</summary>
    internal GroupPoint Key { get; }

    internal GroupPoint GammaU { get; }

    internal GroupPoint GammaV { get; }

    /// <summary>ψ_{j,i}: between the two of us only.</summary>
    internal SecretScalar Psi { get; }

    /// <summary>η.</summary>
    internal PublicScalar Response { get; }

    /// <summary>R_j, pk_j, Γ^u, Γ^v decode and are not O, all scalars are below q, com_j opens to (R_j, salt_j).</summary>
    /// <param name="part">One presignature's part of round 2, of the right length.</param>
    internal static bool TryRead(
        IGroup group, ReadOnlySpan<byte> part, PartyId from, Digest32 context, Digest32 commitment, VoleReceiver receiver,
        [NotNullWhen(true)] out PresignOpening? opening, [NotNullWhen(false)] out FaultKind? fault)
    {
        opening = null;
        fault = FaultKind.MalformedMessage;
        if (!group.TryDecodePoint(part[PresignLayout.NoncePoint], out var nonce) || !group.TryDecodePoint(part[PresignLayout.KeyPoint], out var key)
            || !group.TryDecodePoint(part[PresignLayout.GammaU], out var gammaU) || !group.TryDecodePoint(part[PresignLayout.GammaV], out var gammaV)
            || !receiver.TryReadResponse(part[PresignLayout.Vole], out var response)
            || !SecretScalar.TryDecode(group, part[PresignLayout.Psi], out var psi))
            return false;
        if (PresignHashes.Commitment(context, from, nonce, part[PresignLayout.Salt]) != commitment)
        {
            psi.Dispose();
            fault = FaultKind.BadOpening;
            return false;
        }
        fault = null;
        opening = new(nonce, key, gammaU, gammaV, psi, response);
        return true;
    }

    /// <summary>Steps 10 and 11: χ·R_j − Γ^u = d^u·G and χ·pk_j − Γ^v = d^v·G; both are computed.</summary>
    /// <param name="chi">χ_{i,j}.</param>
    /// <param name="outputs">d^u, d^v.</param>
    internal bool Holds(SecretScalar chi, SecretScalars outputs)
    {
        var group = Nonce.Group;
        return chi.Multiply(Nonce) == group.Add(GammaU, outputs.MultiplyBase(0))
            & chi.Multiply(Key) == group.Add(GammaV, outputs.MultiplyBase(1));
    }

    public void Dispose() => Psi.Dispose();
}
