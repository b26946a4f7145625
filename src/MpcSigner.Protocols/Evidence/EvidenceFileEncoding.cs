using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Evidence;

/// <summary>
/// An evidence file's bytes: "MPCE" ‖ u8 version = 1 ‖ cluster id ‖ u32 roster version ‖ roster hash ‖ finder's nid ‖ u64 Unix ms ‖ u16 fault kind ‖ u16 culprit (0: none)
/// ‖ u8 key present ‖ u16 key ‖ u8 protocol ‖ subject ‖ u16 count ‖ (u32 length ‖ statement)….
/// </summary>
/// <remarks>One file has one encoding. Only the form is checked here: that anything in it is true is <see cref="EvidenceCourt"/>'s to say.</remarks>
public static class EvidenceFileEncoding
{
    public const byte Version = 1;

    /// <summary>The last millisecond of the year 9999.</summary>
    private const ulong MaxTime = 253_402_300_799_999;

    private static ReadOnlySpan<byte> Magic => "MPCE"u8;

    public static byte[] Encode(EvidenceFile file)
    {
        var writer = new ByteWriter(4096).Bytes(Magic).U8(Version).Bytes32(file.Cluster.Value).U32(file.RosterVersion).Bytes32(file.Roster.Value)
            .Bytes32(file.Finder.Value).U64(checked((ulong)file.FoundAt.ToUnixTimeMilliseconds())).U16((ushort)file.Kind).U16(file.Culprit?.Value ?? 0)
            .U8(file.Key is null ? (byte)0 : (byte)1).U16(checked((ushort)(file.Key ?? 0))).U8((byte)file.Subject.Protocol);
        EvidenceSubjectEncoding.Write(writer, file.Subject);
        writer.U16(checked((ushort)file.Statements.Count));
        foreach (var statement in file.Statements)
            writer.Block(statement.Encode());
        return writer.ToArray();
    }

    /// <summary>Reads one file that fills <paramref name="bytes"/>; false with the reason for everything that <see cref="Encode"/> does not write.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out EvidenceFile? file, [NotNullWhen(false)] out string? fault)
    {
        file = null;
        fault = Read(bytes, out var read);
        if (fault is null && !Encode(read!).AsSpan().SequenceEqual(bytes))
            fault = "It is not in the one form that an evidence file has.";
        if (fault is null)
            file = read;
        return file is not null;
    }

    private static string? Read(ReadOnlySpan<byte> bytes, out EvidenceFile? file)
    {
        file = null;
        if (bytes.Length > EvidenceFile.MaxBytes)
            return $"It has {bytes.Length} bytes; an evidence file has at most {EvidenceFile.MaxBytes}.";
        var reader = new ByteReader(bytes);
        if (!reader.Bytes(Magic.Length, out var magic) || !magic.SequenceEqual(Magic) || !reader.U8(out var version))
            return "It is no evidence file.";
        if (version != Version)
            return $"It is of version {version}; this program reads version {Version}.";
        if (!reader.Bytes32(out var cluster) || !reader.U32(out var rosterVersion) || !reader.Bytes32(out var roster) || !reader.Bytes32(out var finder)
            || !reader.U64(out var time) || time > MaxTime || !reader.U16(out var kind) || !Enum.IsDefined((FaultKind)kind) || !reader.U16(out var culprit)
            || !reader.U8(out var hasKey) || hasKey > 1 || !reader.U16(out var key) || !reader.U8(out var protocol))
            return "Its head cannot be read.";
        if (!EvidenceSubjectEncoding.TryRead(ref reader, (ProtocolKind)protocol, out var subject))
            return "The inputs of its session cannot be read, or do not fit each other.";
        if (!reader.U16(out var count) || count > EvidenceFile.MaxStatements)
            return $"It has more than {EvidenceFile.MaxStatements} statements, or says not how many.";
        var statements = new ISignedEvidence[count];
        for (var i = 0; i < count; i++)
        {
            if (!reader.Block(EvidenceFile.MaxBytes, out var encoded) || ReadStatement(encoded, subject) is not { } statement)
                return $"Its statement {i + 1} of {count} cannot be read.";
            statements[i] = statement;
        }
        if (!reader.AtEnd)
            return "Something follows its last statement.";
        file = new(
            new(cluster), rosterVersion, new(roster), new(finder), DateTimeOffset.FromUnixTimeMilliseconds((long)time), (FaultKind)kind,
            culprit == 0 ? null : new PartyId(culprit), hasKey == 0 ? null : key, subject, statements);
        return null;
    }

    private static ISignedEvidence? ReadStatement(ReadOnlySpan<byte> encoded, EvidenceSubject subject)
    {
        if (subject is EvidenceSubject.Signing)
            return FrostShare.TryDecode(encoded, out var share) ? share : null;
        return SignedStatement.TryDecode(encoded, out var statement) ? statement : null;
    }
}
