using System.Diagnostics;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Dkls23.Multiplication;

namespace MpcSigner.Protocols.Dkls23.Signing;

/// <summary>What a party draws for one presignature, and its receiving side of the vector OLE with each peer (spec §12, steps 1, 2).</summary>
[DebuggerDisplay("<redacted>")]
internal sealed class PresignNonce : IDisposable
{
    private readonly byte[] _salt = new byte[PresignLayout.SaltSize];

    internal PresignNonce(IGroup group, Digest32 context, PartyId self, IRandomSource random)
    {
        Nonce = SecretScalar.Random(group, random);
        Mask = SecretScalar.Random(group, random);
        random.Fill(_salt);
        Point = Nonce.MultiplyBase();
        Commitment = PresignHashes.Commitment(context, self, Point, _salt);
    }

    /// <summary>r_i.</summary>
    internal SecretScalar Nonce { get; }

    /// <summary>φ_i.</summary>
    internal SecretScalar Mask { get; }

    /// <summary>R_i, public once it is opened.</summary>
    internal GroupPoint Point { get; }

    /// <summary>Opens the commitment in round 2.</summary>
    internal ReadOnlySpan<byte> Salt => _salt;

    /// <summary>com_i.</summary>
    internal Digest32 Commitment { get; }

    /// <summary>χ_{i,j} and β of each peer j.</summary>
    internal Dictionary<PartyId, VoleReceiver> Receivers { get; } = [];

    /// <summary>c^u_{i,j}, c^v_{i,j} of each peer j, once round 2 is made.</summary>
    internal Dictionary<PartyId, SecretScalars> SenderOutputs { get; } = [];

    public override string ToString() => "PresignNonce(<redacted>)";

    public void Dispose()
    {
        Nonce.Dispose();
        Mask.Dispose();
        foreach (var receiver in Receivers.Values)
            receiver.Dispose();
        foreach (var outputs in SenderOutputs.Values)
            outputs.Dispose();
    }
}
