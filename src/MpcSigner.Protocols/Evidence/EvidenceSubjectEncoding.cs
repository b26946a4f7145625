using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Resharing;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Evidence;

/// <summary>
/// The session of an evidence file. Key generation: signed request ‖ u32 length ‖ inputs. Refresh, reshare, recovery: u8 suite ‖ signed order ‖ u32 length ‖ inputs
/// ‖ u16 count ‖ (u32 length ‖ record)…. FROST: u8 suite ‖ u32 length ‖ record ‖ u32 length ‖ certificate ‖ u8 count ‖ (u16 pid ‖ nid)….
/// </summary>
internal static class EvidenceSubjectEncoding
{
    private static readonly int MaxRecord = KeyRecordEncoding.Size(Curve.Secp256k1, KeyLimits.MaxParties);

    public static void Write(ByteWriter writer, EvidenceSubject subject)
    {
        switch (subject)
        {
            case EvidenceSubject.KeyGeneration made:
                SignedRequestEncoding.Write(writer, made.Order).Block(made.Input.Encode());
                break;
            case EvidenceSubject.Maintenance maintained:
                writer.U8((byte)maintained.Input.Terms.Suite);
                SignedOrderEncoding.Write(writer, maintained.Order);
                writer.Block(maintained.Input.Encode()).U16(checked((ushort)maintained.Records.Count));
                foreach (var record in maintained.Records)
                    writer.Block(KeyRecordEncoding.Encode(record));
                break;
            case EvidenceSubject.Signing signing:
                writer.U8((byte)signing.Record.Suite).Block(KeyRecordEncoding.Encode(signing.Record)).Block(signing.Certificate.Span).U8(checked((byte)signing.Dealers.Count));
                foreach (var (pid, nid) in signing.Dealers)
                    writer.U16(pid.Value).Bytes32(nid.Value);
                break;
            default:
                throw new ArgumentException("a subject of no known kind", nameof(subject));
        }
    }

    public static bool TryRead(ref ByteReader reader, ProtocolKind protocol, [NotNullWhen(true)] out EvidenceSubject? subject)
    {
        subject = protocol switch
        {
            ProtocolKind.Dkg => ReadKeyGeneration(ref reader),
            ProtocolKind.Refresh or ProtocolKind.Reshare or ProtocolKind.Recovery => ReadMaintenance(ref reader, protocol),
            ProtocolKind.Frost => ReadSigning(ref reader),
            _ => null,
        };
        return subject is not null;
    }

    private static EvidenceSubject.KeyGeneration? ReadKeyGeneration(ref ByteReader reader) =>
        SignedRequestEncoding.TryRead(ref reader, out var order) && reader.Block(DkgInput.MaxSize, out var encoded) && DkgInput.TryDecode(encoded, out var input)
            ? new(order, input)
            : null;

    private static EvidenceSubject.Maintenance? ReadMaintenance(ref ByteReader reader, ProtocolKind protocol)
    {
        if (!TryReadSuite(ref reader, out var suite) || !SignedOrderEncoding.TryRead(ref reader, out var order)
            || !reader.Block(MaintenanceInput.MaxSize, out var inputs) || !reader.U16(out var count) || count is 0 or > KeyLimits.MaxBatch)
            return null;
        var records = new KeyRecord[count];
        for (var k = 0; k < count; k++)
        {
            if (TryReadRecord(ref reader, suite) is not { } record)
                return null;
            records[k] = record;
        }
        return RecordedTerms.TryRead(protocol, records, inputs, out var input) ? new(order, input, records) : null;
    }

    private static EvidenceSubject.Signing? ReadSigning(ref ByteReader reader)
    {
        if (!TryReadSuite(ref reader, out var suite) || suite is not (Suite.FrostEd25519 or Suite.FrostSecp256k1 or Suite.FrostSecp256k1Taproot)
            || TryReadRecord(ref reader, suite) is not { } record
            || !reader.Block(CommitCertificate.MaxSize, out var certificate) || !reader.U8(out var count) || count > KeyLimits.MaxParties)
            return null;
        var dealers = new (PartyId, NodeId)[count];
        for (var i = 0; i < count; i++)
        {
            if (!reader.U16(out var pid) || pid == 0 || !reader.Bytes32(out var nid))
                return null;
            dealers[i] = (new(pid), new(nid));
        }
        return new(record, certificate.ToArray(), dealers);
    }

    private static bool TryReadSuite(ref ByteReader reader, out Suite suite)
    {
        var read = reader.U8(out var number) && number is >= 1 and <= (byte)Suite.FrostSecp256k1Taproot;
        suite = read ? (Suite)number : Suite.None;
        return read;
    }

    private static KeyRecord? TryReadRecord(ref ByteReader reader, Suite suite) =>
        reader.Block(MaxRecord, out var encoded) && KeyRecordEncoding.TryDecode(suite, encoded, out var record) ? record : null;
}
