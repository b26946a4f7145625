using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Frost;

namespace MpcSigner.Coordination.Pools;

/// <summary>One piece of a signer's secret material: it serves one question and is gone.</summary>
internal abstract class HeldMaterial(Digest32 name) : IDisposable
{
    /// <summary>By which a question names it.</summary>
    public Digest32 Name { get; } = name;

    public abstract void Dispose();

    /// <summary>A pair of FROST nonces, named by its commitment.</summary>
    public sealed class Nonces(FrostNonces pair) : HeldMaterial(NameOf(pair.Commitment))
    {
        public FrostNonces Pair => pair;

        public static Digest32 NameOf(FrostCommitment commitment) => new(SHA256.HashData(commitment.Encode()));

        public override void Dispose() => pair.Dispose();
    }

    /// <summary>This node's part of a presignature, named by its T2.</summary>
    public sealed class Presigned(Presignature part) : HeldMaterial(part.Id)
    {
        public Presignature Part => part;

        public override void Dispose() => part.Dispose();
    }
}
