using MpcSigner.Coordination.Pools;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Signing;

/// <summary>A question to a co-signer as its suite reads it: which material it names, whether that serves it, and the answer. It judges no policy.</summary>
internal interface IPartialAnswer
{
    /// <summary>The piece of material that the question is for.</summary>
    Digest32 Material { get; }

    MessageType Type { get; }

    /// <summary>The key share has to be opened for the answer.</summary>
    bool NeedsShare { get; }

    /// <summary>Compares question and piece; nothing is spent.</summary>
    ServiceError? Check(HeldMaterial piece);

    /// <summary>The answer. The piece is spent already, whatever comes out.</summary>
    /// <param name="share">Null where none is needed.</param>
    /// <param name="error">Why there is none.</param>
    PartialAnswer? Answer(HeldMaterial piece, SecretScalar? share, out ServiceError? error);
}

/// <param name="Payload">For the coordinator, to be sealed.</param>
/// <param name="Commitment">What identifies the final signature: durable before the payload leaves (P7).</param>
internal sealed record PartialAnswer(ReadOnlyMemory<byte> Payload, ReadOnlyMemory<byte> Commitment);
