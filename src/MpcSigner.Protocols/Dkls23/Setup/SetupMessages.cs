using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Transcripts;
using MpcSigner.Cryptography.Transcripts;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>The two messages of a direction that enter setup_id and carry a z.</summary>
internal enum SetupMessage
{
    M1 = 0,
    M2 = 1,
}

/// <summary>What all messages of a pair setup have in common.</summary>
internal static class SetupMessages
{
    /// <summary>Both ends have pid 0 (spec §4.2): whoever a message goes to, or is blamed, is the session's only peer.</summary>
    internal static readonly PartyId Peer = default;

    /// <summary>H("ot-m1"; M1) or H("ot-m2"; M2). Hashed in locked memory: z is secret.</summary>
    internal static Digest32 Digest(SetupMessage which, ReadOnlySpan<byte> message)
    {
        var tag = which switch
        {
            SetupMessage.M1 => Tags.SetupM1,
            SetupMessage.M2 => Tags.SetupM2,
        };
        using var hash = new SecretTranscriptTemplate(tag, message.Length);
        message.CopyTo(hash[0]);
        return hash.ToPublicDigest();
    }

    internal static Outbox Sending(byte number, PayloadBuffer payload)
    {
        var outbox = new Outbox();
        outbox.Send(Peer, MessageType.Round, number, payload);
        return outbox;
    }

    internal static ProtocolFault Blaming(RoundId round, FaultKind kind, ReadOnlySpan<byte> message) =>
        ProtocolFault.Blaming(round, [new(Peer, kind, null, SignedStatement.DigestOf(message), [])]);
}
