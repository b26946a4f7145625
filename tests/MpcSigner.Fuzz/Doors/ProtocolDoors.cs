using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.ObliviousTransfer;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Fuzz.Engine;
using MpcSigner.Fuzz.Mutation;
using MpcSigner.Fuzz.Seeds;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Evidence;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Resharing;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Fuzz.Doors;

/// <summary>What parties send each other, as its receiver reads it.</summary>
internal static class ProtocolDoors
{
    private static readonly IGroup[] s_groups = [Groups.For(Curve.Edwards25519), Groups.For(Curve.Secp256k1), Groups.For(Curve.P256)];

    private static HonestNodes Heard => HonestNodes.Heard;

    private static KeyRow Frost => Heard.Keys[0];

    private static KeyRow Ecdsa => Heard.Keys[1];

    public static IEnumerable<Door> All =>
    [
        new("protocols/envelope", Grammar.Binary, () => HonestNodes.Some(Heard.Frames.OfType<Coordination.Boundary.SessionFrame.Envelope>().Select(frame => frame.Bytes.ToArray())), Envelope,
            "EnvelopeHeader.TryRead"),
        new("protocols/join", Grammar.Binary, () => Heard.Frames.OfType<Coordination.Boundary.SessionFrame.Join>().Select(frame => frame.Bytes.ToArray()).Take(8), SignedJoinOf,
            "SignedJoin.TryDecode", "Join.TryDecode"),
        new("protocols/statement", Grammar.Binary, Statements, Statement, "SignedStatement.TryDecode"),
        new("protocols/dkg-input", Grammar.Binary, () => Starts().Select(start => start.Inputs.ToArray()), Dkg, "DkgInput.TryDecode"),
        new("protocols/evidence", Grammar.Binary, () => Vectors.Hex("wire/golden.json", name => name is "evidence/creation" or "evidence/refresh" or "evidence/signature"), Evidence,
            "EvidenceFileEncoding.TryDecode", "EvidenceSubjectEncoding.TryRead", "RecordedTerms.TryRead"),
        new("protocols/abort", Grammar.Binary, () => [[1, .. new byte[64]], [0, .. new byte[64]]], Abort, "OrderAbort.TryDecode"),
        new("protocols/frost-request", Grammar.Binary, () => Asks(Frost), input => FrostRequestOf(input), "FrostRequest.TryDecode", "FrostCommitment.TryDecode"),
        new("protocols/frost-share", Grammar.Binary, Shares, Share, "FrostShare.TryDecode", "FrostShare.TryRead"),
        new("protocols/online-request", Grammar.Binary, () => Asks(Ecdsa), Online, "OnlineRequest.TryDecode"),
        new("protocols/online-reply", Grammar.Binary, () => Heard.Payloads(MessageType.OnlineReply).Select(payload => (byte[])[1, .. payload]), Reply, "OnlineReply.TryDecode"),
        new("protocols/presign-input", Grammar.Binary, PresignInputs, Presign, "PresignInput.TryDecode"),
        new("protocols/maintenance-input", Grammar.Binary, MaintenanceDoors.Inputs, MaintenanceDoors.Input, "MaintenanceInput.TryDecode"),
        new("protocols/secret-scalar", Grammar.Binary, () => [[0, .. new byte[31], 1], [1, 1, .. new byte[31]], [2, .. new byte[32]]], Scalar, "SecretScalar.TryDecode", "SecretScalars.TryDecode"),
        new("protocols/pair-points", Grammar.Binary, () => [[.. Enumerable.Repeat(Ecdsa.Record, SetupSizes.BaseOts).SelectMany(record => (byte[])[.. record.PublicKey.Span, .. record.Parties[0].PublicShare.Span])]], Points, "BaseOtSender.TryDecodePublic", "Secp256k1Points.TryDecodePublic"),
    ];

    private static bool Envelope(byte[] input)
    {
        if (!EnvelopeHeader.TryRead(input, out var header))
            return false;
        var written = new byte[EnvelopeHeader.Size];
        header.Write(written);
        Wrong.Unless(written, input[..EnvelopeHeader.Size]);
        return true;
    }

    private static bool Evidence(byte[] input)
    {
        if (!EvidenceFileEncoding.TryDecode(input, out var file, out _))
            return false;
        Wrong.Unless(EvidenceFileEncoding.Encode(file), input);
        return true;
    }

    private static bool SignedJoinOf(byte[] input)
    {
        if (!SignedJoin.TryDecode(input, out var join))
            return false;
        Wrong.Unless(join.Encode(), input);
        return true;
    }

    private static IEnumerable<byte[]> Statements() => from payload in HonestNodes.Some(Heard.Payloads(MessageType.Round, ProtocolKind.Dkg), 3)
                                                       from t1 in (Digest32?[])[null, Frost.Order]
                                                       select new SignedStatement(Frost.RecordHash, 2, new(1), 2, t1, payload, new byte[64]).Encode();

    private static bool Statement(byte[] input)
    {
        if (!SignedStatement.TryDecode(input, out var statement))
            return false;
        Wrong.Unless(statement.Encode(), input);
        return true;
    }

    private static IEnumerable<Coordination.Lifecycle.CreationStart> Starts() => Heard.Payloads(MessageType.Start, ProtocolKind.Dkg)
        .Select(payload => Coordination.Lifecycle.CreationStart.TryDecode(payload, out var start) ? start : throw new InvalidOperationException("a START that was sent does not decode"));

    private static bool Dkg(byte[] input)
    {
        if (!DkgInput.TryDecode(input, out var read))
            return false;
        Wrong.Unless(read.Encode(), input);
        return true;
    }

    private static bool Abort(byte[] input)
    {
        if (!OrderAbort.TryDecode(input, out var abort))
            return false;
        Wrong.Unless(abort.Encode(), input);
        return true;
    }

    /// <summary>What coordinators asked about one key.</summary>
    private static IEnumerable<byte[]> Asks(KeyRow key) =>
        from message in Heard.Messages(key == Ecdsa ? MessageType.OnlineRequest : MessageType.FrostRequest)
        where message.Session.Terms.Subject == key.RecordHash
        select Coordination.Signing.SigningAsk.TryDecode(message.Payload.Span, out var ask) ? ask.Request.ToArray() : throw new InvalidOperationException("a question that was asked does not decode");

    private static bool FrostRequestOf(byte[] input)
    {
        if (!FrostRequest.TryDecode(Frost.Record, Frost.RecordHash, input, out var request, out var refusal))
            return refusal is null ? throw new Wrong("refused without a reason") : false;
        Wrong.Unless(request.Encode(), input);
        return true;
    }

    private static IEnumerable<byte[]> Shares() => from payload in Heard.Payloads(MessageType.FrostShare).Take(2)
                                                  from asked in Asks(Frost).Take(2)
                                                  select new FrostShare(new(1), asked.AsMemory(32), payload.AsMemory(0, 32), payload.AsMemory(32)).Encode();

    private static bool Share(byte[] input)
    {
        if (!FrostShare.TryDecode(input, out var share))
            return false;
        Wrong.Unless(share.Encode(), input);
        return true;
    }

    private static bool Online(byte[] input)
    {
        if (!OnlineRequest.TryDecode(input, out var request))
            return false;
        Wrong.Unless(request.Encode(), input);
        return true;
    }

    private static bool Reply(byte[] input)
    {
        if (input.Length == 0 || !OnlineReply.TryDecode(s_groups[1 + input[0] % 2], input.AsSpan(1), out var reply))
            return false;
        Wrong.Unless([input[0], .. reply.Encode()], input);
        return true;
    }

    private static IEnumerable<byte[]> PresignInputs() => Heard.Payloads(MessageType.Start, ProtocolKind.Presign)
        .Select(payload => Coordination.Pools.PresignStart.TryDecode(payload, out var start) ? start.Input.ToArray() : throw new InvalidOperationException("a START that was sent does not decode"))
        .Where(input => PresignInput.TryDecode(Ecdsa.Record, input, out _));

    private static bool Presign(byte[] input)
    {
        if (!PresignInput.TryDecode(Ecdsa.Record, input, out var read))
            return false;
        Wrong.Unless(read.Encode(), input);
        return true;
    }

    private static bool Scalar(byte[] input)
    {
        if (input.Length == 0)
            return false;
        var group = s_groups[input[0] % s_groups.Length];
        var one = SecretScalar.TryDecode(group, input.AsSpan(1), out var scalar);
        var many = SecretScalars.TryDecode(group, input.AsSpan(1), out var vector);
        using (scalar)
        using (vector)
            Wrong.If(one && !many, "a scalar is a vector of one");
        return one || many;
    }

    /// <summary>A message of another length never comes so far: the inbox of a round takes one length.</summary>
    private static bool Points(byte[] input) => input.Length == SetupLayout.Points && BaseOtSender.TryDecodePublic(input, new byte[2 * SetupSizes.BaseOts * Secp256k1Points.NativeSize]);
}
