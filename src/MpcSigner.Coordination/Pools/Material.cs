using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Frost;

namespace MpcSigner.Coordination.Pools;

/// <summary>One piece of a coordinator's material: taken for one question, or wiped.</summary>
internal abstract class Material : IDisposable
{
    public abstract void Dispose();

    /// <summary>D ‖ E that one co-signer has given for one question. Nothing of it is secret.</summary>
    public sealed class Commitment(FrostCommitment given) : Material
    {
        public FrostCommitment Given => given;

        public override void Dispose()
        {
        }
    }

    /// <summary>Our own part of a presignature that all signers have made.</summary>
    public sealed class Presigned(Presignature own) : Material
    {
        public Presignature Own => own;

        public override void Dispose() => own.Dispose();
    }
}
