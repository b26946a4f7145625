using System.Buffers.Binary;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Interop.Sodium;
using MpcSigner.Cryptography.Secrets.Interop.Sodium;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Cryptography.Secrets.Sealing;

/// <summary>What one operator holds of a quorum's secret. As text one line: "MPCS1-" and eleven groups of eight characters.</summary>
/// <remarks>
/// The characters are Crockford's base 32 (no I, L, O, U; read in either case, I and L as 1, O as 0) of u8 number ‖ u8 k ‖ node tag (8) ‖ quorum id (8) ‖ scalar (32) ‖ checksum (5),
/// the checksum from SHA-256("MpcSigner/quorum-share/1" ‖ what stands before it). Hyphens and blanks may stand anywhere.
/// </remarks>
[DebuggerDisplay("<redacted>")]
public sealed class QuorumShare : IDisposable
{
    /// <summary>Characters of the text that is written.</summary>
    public const int TextLength = PrefixLength + Groups * (SymbolsPerGroup + 1);

    /// <summary>Characters of a text that is read, with whatever blanks it got on its way.</summary>
    public const int MaxTextLength = 256;

    private const int PrefixLength = 5, ChecksumSize = 5, BodySize = 2 + NodeTag.Size + QuorumId.Size + SecretScalar.Size;
    private const int Groups = (BodySize + ChecksumSize) / SecretBase32.BytesPerGroup, SymbolsPerGroup = SecretBase32.SymbolsPerGroup;

    private readonly SecretScalar _scalar;

    internal QuorumShare(int number, int threshold, NodeTag node, QuorumId quorum, SecretScalar scalar) =>
        (Number, Threshold, Node, Quorum, _scalar) = (number, threshold, node, quorum, scalar);

    private static ReadOnlySpan<byte> Prefix => "MPCS1"u8;

    private static ReadOnlySpan<byte> ChecksumDomain => "MpcSigner/quorum-share/1"u8;

    /// <summary>The operator's: 1..16.</summary>
    public int Number { get; }

    /// <summary>k.</summary>
    public int Threshold { get; }

    /// <summary>Which node it opens.</summary>
    public NodeTag Node { get; }

    /// <summary>Of which dealing it is.</summary>
    public QuorumId Quorum { get; }

    internal SecretScalar Scalar => _scalar;

    /// <summary>f(i)·G as the commitments say? What is multiplied is secret, the product and the answer are not.</summary>
    internal bool Fits(QuorumHeader header) => !_scalar.IsZero() && _scalar.MultiplyBase() == header.PublicShare(new((ushort)Number));

    /// <summary>The line for the operator, ASCII without a line break, in locked memory.</summary>
    public SecureMemory ToText()
    {
        using var whole = SecureMemory.Allocate(BodySize + ChecksumSize);
        var body = whole.DangerousSpan[..BodySize];
        body[0] = (byte)Number;
        body[1] = (byte)Threshold;
        Node.Write(body[2..]);
        Quorum.Write(body[(2 + NodeTag.Size)..]);
        _scalar.CopyTo(body[^SecretScalar.Size..]);
        WriteChecksum(body, whole.DangerousSpan[BodySize..]);
        var text = SecureMemory.Allocate(TextLength);
        Prefix.CopyTo(text.DangerousSpan);
        for (var group = 0; group < Groups; group++)
        {
            var at = text.DangerousSpan[(PrefixLength + group * (SymbolsPerGroup + 1))..];
            at[0] = (byte)'-';
            SecretBase32.Encode(whole.DangerousSpan.Slice(group * SecretBase32.BytesPerGroup, SecretBase32.BytesPerGroup), at.Slice(1, SymbolsPerGroup));
        }
        return text;
    }

    /// <summary>Reads an operator's line, which stays the caller's. False: it is none, or was mistyped; whether the share is right, a header says.</summary>
    public static bool TryRead(SecureMemory text, [NotNullWhen(true)] out QuorumShare? share)
    {
        share = null;
        if (text.Length > MaxTextLength)
            return false;
        using var line = text.Borrow();
        using var symbols = SecureMemory.Allocate(PrefixLength + Groups * SymbolsPerGroup);
        // Where blanks stand says nothing of the secret.
        var count = 0;
        foreach (var character in line.Span)
        {
            if (character is (byte)'-' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
                continue;
            if (count == symbols.Length)
                return false;
            symbols.DangerousSpan[count++] = character;
        }
        return count == symbols.Length && IsPrefix(symbols.DangerousSpan[..PrefixLength]) && TryReadSymbols(symbols.DangerousSpan[PrefixLength..], out share);
    }

    private static bool TryReadSymbols(ReadOnlySpan<byte> symbols, [NotNullWhen(true)] out QuorumShare? share)
    {
        share = null;
        using var whole = SecureMemory.Allocate(BodySize + ChecksumSize);
        var known = true;
        for (var group = 0; group < Groups; group++)
        {
            known &= SecretBase32.TryDecode(
                symbols.Slice(group * SymbolsPerGroup, SymbolsPerGroup), whole.DangerousSpan.Slice(group * SecretBase32.BytesPerGroup, SecretBase32.BytesPerGroup));
        }
        var body = whole.DangerousSpan[..BodySize];
        Span<byte> checksum = stackalloc byte[ChecksumSize];
        WriteChecksum(body, checksum);
        if (!known || !CryptographicOperations.FixedTimeEquals(checksum, whole.DangerousSpan[BodySize..])
            || body[0] is < 1 or > QuorumHeader.MaxOperators || !QuorumHeader.AreWithinBounds(body[1], QuorumHeader.MaxOperators)
            || !SecretScalar.TryDecode(QuorumHeader.Group, body[^SecretScalar.Size..], out var scalar))
            return false;
        share = new(body[0], body[1], NodeTag.Read(body[2..]), new(BinaryPrimitives.ReadUInt64BigEndian(body[(2 + NodeTag.Size)..])), scalar);
        return true;
    }

    private static bool IsPrefix(ReadOnlySpan<byte> start) => System.Text.Ascii.EqualsIgnoreCase(start, Prefix);

    private static void WriteChecksum(ReadOnlySpan<byte> body, Span<byte> checksum)
    {
        using var hashed = SecureMemory.Allocate(ChecksumDomain.Length + BodySize);
        using var digest = SecureMemory.Allocate(SecretSodium.crypto_hash_sha256_BYTES);
        ChecksumDomain.CopyTo(hashed.DangerousSpan);
        body.CopyTo(hashed.DangerousSpan[ChecksumDomain.Length..]);
        Libsodium.MustSucceed(SecretSodium.crypto_hash_sha256(digest.DangerousSpan, hashed.DangerousSpan, (ulong)hashed.Length));
        digest.DangerousSpan[..ChecksumSize].CopyTo(checksum);
    }

    public override string ToString() => $"QuorumShare({Number}, quorum {Quorum}, <redacted>)";

    public void Dispose() => _scalar.Dispose();
}

/// <summary>The first 8 bytes of a nid: enough to tell an operator that his share is another node's.</summary>
public readonly record struct NodeTag
{
    public const int Size = 8;

    private readonly ulong _value;

    private NodeTag(ulong value) => _value = value;

    public static NodeTag Of(NodeId nid)
    {
        Span<byte> bytes = stackalloc byte[NodeId.Size];
        nid.Value.CopyTo(bytes);
        return Read(bytes);
    }

    internal static NodeTag Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt64BigEndian(bytes));

    internal void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt64BigEndian(destination, _value);

    /// <summary>The first 16 hexadecimal digits of the nid.</summary>
    public override string ToString() => _value.ToString("x16", CultureInfo.InvariantCulture);
}
