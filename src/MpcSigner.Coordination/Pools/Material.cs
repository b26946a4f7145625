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
}
