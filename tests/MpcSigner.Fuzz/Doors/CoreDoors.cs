using System.Text;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Fuzz.Engine;
using MpcSigner.Fuzz.Mutation;
using MpcSigner.Fuzz.Seeds;

namespace MpcSigner.Fuzz.Doors;

/// <summary>Encodings of the centre: ids, orders, requests, records, certificates, signatures, keys, paths.</summary>
internal static class CoreDoors
{
    private static readonly Suite[] s_suites = [.. Enum.GetValues<Suite>().Where(suite => suite != Suite.None)];

    public static IEnumerable<Door> All =>
    [
        new("core/id", Grammar.Word, () => [Encoding.ASCII.GetBytes(new string('a', 64)), Encoding.ASCII.GetBytes(Convert.ToHexStringLower(HonestNodes.Heard.Keys[0].Order.ToArray()))], Id,
            "NodeId.TryParse", "ClientId.TryParse", "Bytes32.TryParse", "SessionId.TryParse", "AdministratorId.TryParse", "Digest32.TryParse", "KeyId.TryParse", "ClusterId.TryParse"),
        new("core/signed-order", Grammar.Binary, () => HonestNodes.Heard.Orders.Select(SignedOrderEncoding.Encode), SignedOrder,
            "SignedOrderEncoding.TryDecode", "SignedOrderEncoding.TryRead"),
        new("core/signed-request", Grammar.Binary, () => HonestNodes.Heard.Requests.Select(request => SignedRequestEncoding.Write(new ByteWriter(), request).ToArray()), SignedRequest,
            "SignedRequestEncoding.TryRead"),
        new("core/key-record", Grammar.Binary, () => HonestNodes.Heard.Keys.Concat(HonestNodes.Heard.KeysAtEnd).Select(row => (byte[])[(byte)row.Record.Suite, .. KeyRecordEncoding.Encode(row.Record)]), Record,
            "KeyRecordEncoding.TryDecode"),
        new("cryptography/certificate", Grammar.Binary, () => HonestNodes.Heard.Keys.Concat(HonestNodes.Heard.KeysAtEnd).Select(row => row.Certificate.ToArray()), Certificate,
            "CommitCertificate.TryDecode"),
        new("cryptography/acknowledgements", Grammar.Binary, () => HonestNodes.Heard.Keys.Select(AcknowledgementsOf), Acknowledgements,
            "CommitCertificate.TryDecodeAcknowledgements", "CommitCertificate.TryReadAcknowledgements"),
        new("cryptography/anchors", Grammar.Binary, Anchors, AnchorsOf, "AnchorList.TryRead"),
        new("cryptography/ed25519-key", Grammar.Binary, () => [HonestNodes.Heard.Keys[0].Record.PublicKey.ToArray()], Ed25519Key, "Ed25519PublicKey.TryDecode", "Ed25519PublicKey.Decode"),
        new("cryptography/ecdsa-signature", Grammar.Binary, Signatures, Signature, "EcdsaSignature.TryDecode", "Ecdsa.TryDecode"),
        new("cryptography/secp256k1-point", Grammar.Binary, () => [HonestNodes.Heard.Keys[1].Record.PublicKey.ToArray(), [2, .. new byte[31], 1]],
            input => Cryptography.Groups.Secp256k1.Secp256k1Uncompressed.TryExpand(input, out _), "Secp256k1Uncompressed.TryExpand"),
        new("cryptography/path", Grammar.Word, () => [.. new[] { "m", "m/0", "m/44/0/1", "m/2147483647/1/2/3/4/5/6/7/8/9" }.Select(Encoding.ASCII.GetBytes)], Path, "DerivationPath.TryParse"),
    ];

    private static bool Id(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        bool[] said =
        [
            NodeId.TryParse(text, out var nid), ClientId.TryParse(text, out _), Bytes32.TryParse(text, out var bytes), SessionId.TryParse(text, out _),
            AdministratorId.TryParse(text, out _), Digest32.TryParse(text, out _), KeyId.TryParse(text, out _), ClusterId.TryParse(text, out _),
        ];
        Wrong.If(said.Distinct().Count() != 1, "ids of one form, read differently");
        if (said[0])
            Wrong.If(!string.Equals(nid.ToString(), text, StringComparison.OrdinalIgnoreCase) || nid.Value != bytes, "an id in two texts");
        return said[0];
    }

    private static bool SignedOrder(byte[] input)
    {
        if (!SignedOrderEncoding.TryDecode(input, out var order))
            return false;
        Wrong.Unless(SignedOrderEncoding.Encode(order), input);
        return true;
    }

    private static bool SignedRequest(byte[] input)
    {
        var reader = new ByteReader(input);
        if (!SignedRequestEncoding.TryRead(ref reader, out var request))
            return false;
        var written = SignedRequestEncoding.Write(new ByteWriter(), request).ToArray();
        Wrong.If(written.Length + reader.Remaining != input.Length || !input.AsSpan().StartsWith(written), "read otherwise than written");
        return true;
    }

    /// <summary>The suite comes from elsewhere: here from the first byte.</summary>
    private static bool Record(byte[] input)
    {
        if (input.Length == 0 || !s_suites.Contains((Suite)input[0]) || !KeyRecordEncoding.TryDecode((Suite)input[0], input.AsSpan(1), out var record))
            return false;
        Wrong.Unless([input[0], .. KeyRecordEncoding.Encode(record!)], input);
        return true;
    }

    private static bool Certificate(byte[] input)
    {
        if (!CommitCertificate.TryDecode(input, out var certificate))
            return false;
        Wrong.Unless(certificate.Encode(), input);
        return true;
    }

    private static byte[] AcknowledgementsOf(Core.Ports.KeyRow row) => CommitCertificate.TryDecode(row.Certificate.Span, out var certificate)
        ? CommitCertificate.EncodeAcknowledgements(certificate.Acknowledgements)
        : throw new InvalidOperationException("a certificate in use does not decode");

    private static bool Acknowledgements(byte[] input)
    {
        if (!CommitCertificate.TryDecodeAcknowledgements(input, out var acknowledgements))
            return false;
        Wrong.Unless(CommitCertificate.EncodeAcknowledgements(acknowledgements), input);
        return true;
    }

    private static IEnumerable<byte[]> Anchors()
    {
        foreach (var row in HonestNodes.Heard.Keys)
        {
            var writer = new ByteWriter().U8((byte)row.Record.Suite).U16(1);
            AnchorList.Write(writer, [new(HonestNodes.Heard.Requests[1], row.Index, row.Record, row.Certificate)]);
            yield return writer.ToArray();
        }
    }

    /// <summary>Suite and count come from the order; here from the first three bytes.</summary>
    private static bool AnchorsOf(byte[] input)
    {
        var reader = new ByteReader(input);
        if (!reader.U8(out var suite) || !s_suites.Contains((Suite)suite) || !reader.U16(out var count) || count > KeyLimits.MaxBatch
            || !AnchorList.TryRead(ref reader, (Suite)suite, count, out var anchors))
            return false;
        // The order within a list is the writer's to choose, so it may be written otherwise; but it is read again as the same.
        var writer = new ByteWriter();
        AnchorList.Write(writer, anchors);
        var again = new ByteReader(writer.Written);
        Wrong.If(!AnchorList.TryRead(ref again, (Suite)suite, count, out var read) || !again.AtEnd || read.Count != anchors.Count
            || read.Zip(anchors).Any(pair => !pair.First.Certificate.Span.SequenceEqual(pair.Second.Certificate.Span)), "anchors that are not read again as they were");
        return true;
    }

    private static bool Ed25519Key(byte[] input)
    {
        if (!Ed25519PublicKey.TryDecode(input, out var key))
            return false;
        Wrong.Unless(key.Bytes, input);
        Wrong.Unless(Ed25519PublicKey.Decode(input).Bytes, input);
        return true;
    }

    private static IEnumerable<byte[]> Signatures()
    {
        byte[] low = [.. new byte[31], 1];
        yield return [0, .. low, .. low, 0];
        yield return [1, .. low, .. low, 1];
        yield return [0, .. low.Reverse(), .. low, 0];
    }

    private static bool Signature(byte[] input)
    {
        if (input.Length == 0)
            return false;
        var group = Cryptography.Groups.Groups.For(input[0] % 2 == 0 ? Curve.Secp256k1 : Curve.P256);
        if (!EcdsaSignature.TryDecode(group, input.AsSpan(1), out var signature))
            return false;
        Wrong.Unless([input[0], .. signature.Encode()], input);
        return true;
    }

    private static bool Path(byte[] input)
    {
        if (!DerivationPath.TryParse(Encoding.UTF8.GetString(input), out var path, out var error))
            return error is { Message.Length: > 0 and < 1_000 } ? false : throw new Wrong("a refusal without a reason, or with too long a one");
        Wrong.If(path.Length > RequestAction.Sign.MaxPathLength, "a path longer than any");
        return true;
    }
}
