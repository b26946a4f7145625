using MpcSigner.Cryptography.Groups;

namespace MpcSigner.Kernel.Tests.Protocols.Frost.Ros;

/// <summary>An honest signer with many sessions open at once, as a hostile coordinator sees it: its commitments are out, and each session takes one of two questions.</summary>
internal interface IOpenSessions
{
    int Count { get; }

    IGroup Group { get; }

    /// <summary>P.</summary>
    GroupPoint PublicKey { get; }

    /// <summary>Y = λ·X of the honest signer.</summary>
    GroupPoint SignerKey { get; }

    /// <summary>k with P = Y + k·G: what the coordinator holds itself.</summary>
    PublicScalar OwnPart { get; }

    /// <summary>N and c such that the answer z will have z·G = N + c·Y. Public: nothing is asked yet.</summary>
    (GroupPoint Nonce, PublicScalar Challenge) Preview(int session, bool question);

    /// <summary>Asks. Each session answers once.</summary>
    PublicScalar Ask(int session, bool question);

    /// <summary>c of a signature (R, z) on a message.</summary>
    PublicScalar Challenge(GroupPoint nonce, ReadOnlySpan<byte> message);

    /// <summary>The verifier of the world.</summary>
    bool Verifies(ReadOnlySpan<byte> message, GroupPoint nonce, PublicScalar response);
}
