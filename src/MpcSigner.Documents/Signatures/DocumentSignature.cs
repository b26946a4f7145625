using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Documents.Yaml;

namespace MpcSigner.Documents.Signatures;

/// <summary>What kind of document a signature is for.</summary>
public enum DocumentKind
{
    Roster = 1,
    Policy = 2,
}

/// <summary>Whether <paramref name="signature"/> is a valid Ed25519 signature. This project holds no cryptography; its user brings it.</summary>
public delegate bool SignatureVerifier(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);

/// <summary>An administrator's detached signature over the exact bytes of a document, kept in a small YAML file beside it: alone, or with others' in <see cref="DocumentSignatures"/>.</summary>
/// <param name="Document">SHA-256 of the document's exact bytes.</param>
/// <param name="Administrator">Name in the roster; the key is the roster's.</param>
/// <param name="Signature">Ed25519, 64 bytes, over <see cref="Message"/>.</param>
public sealed record DocumentSignature(DocumentKind Kind, Digest32 Document, string Administrator, ReadOnlyMemory<byte> Signature)
{
    public const int SignatureSize = 64;

    /// <summary>The tag <c>document</c> of the cryptography's list, whose hash is restated here: "TSS1/" before every tag (spec §3.2).</summary>
    private const string Tag = "TSS1/document";
    private const byte HashVersion = 1;

    internal static IReadOnlyDictionary<string, DocumentKind> Kinds { get; } = new Dictionary<string, DocumentKind>(StringComparer.Ordinal)
    {
        ["roster"] = DocumentKind.Roster,
        ["policy"] = DocumentKind.Policy,
    };

    /// <summary>H("document"; u8 version = 1, kind, cluster id, SHA-256 of the bytes): what an administrator signs, 32 bytes.</summary>
    /// <param name="cluster">Binds the document to its cluster: one cluster's policy is nothing to another, even under the same administrator. For a first roster: its own hash.</param>
    public static byte[] Message(DocumentKind kind, ClusterId cluster, Digest32 document)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Field(hash, System.Text.Encoding.ASCII.GetBytes(Tag));
        Field(hash, [HashVersion]);
        Field(hash, System.Text.Encoding.ASCII.GetBytes(Vocabulary.WordFor(Kinds, kind)));
        Field(hash, cluster.ToArray());
        Field(hash, document.ToArray());
        return hash.GetHashAndReset();
    }

    /// <summary>Whether this signature is by an administrator of <paramref name="roster"/>, over this very document as one of that kind in the roster's cluster. <paramref name="problem"/> says why not.</summary>
    public bool Verify(ReadOnlySpan<byte> document, DocumentKind kind, Roster roster, SignatureVerifier verifier, [NotNullWhen(false)] out string? problem)
    {
        problem = Judge(new Digest32(SHA256.HashData(document)), kind, roster, verifier)?.Message;
        return problem is null;
    }

    /// <summary>Null when it is.</summary>
    internal SignatureRefusal? Judge(Digest32 document, DocumentKind kind, Roster roster, SignatureVerifier verifier)
    {
        var administrator = roster.Administrators.FirstOrDefault(a => string.Equals(a.Name, Administrator, StringComparison.Ordinal));
        return Kind != kind ? new(SignatureFault.OtherKind, $"the signature is for a {WordFor(Kind)}, not for a {WordFor(kind)}")
            : document != Document ? new(SignatureFault.OtherDocument, "the signature is for another version of the document: its SHA-256 differs")
            : administrator is null ? new(SignatureFault.UnknownAdministrator, $"the roster knows no administrator {Shown.Text(Administrator)}")
            : !verifier(administrator.SigningKey.Span, Message(kind, roster.Cluster, Document), Signature.Span)
                ? new(SignatureFault.BadSignature, $"the signature of administrator {Administrator} does not verify")
            : null;
    }

    internal static string WordFor(DocumentKind kind) => Vocabulary.WordFor(Kinds, kind);

    public byte[] Write() => new YamlWriter()
        .Text("document", Vocabulary.WordFor(Kinds, Kind))
        .Text("sha256", Document.ToString())
        .Text("administrator", Administrator)
        .Text("signature", Convert.ToHexStringLower(Signature.Span))
        .ToBytes();

    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out DocumentSignature? signature, out IReadOnlyList<DocumentError> errors)
    {
        signature = null;
        var reader = YamlReader.Open(bytes, YamlBounds.Small);
        if (reader.Root is { } root)
        {
            var kind = root.Choice("document", Kinds);
            var document = root.Bytes32("sha256");
            var administrator = root.Text("administrator", TextRule.Name);
            var value = root.Hex("signature", SignatureSize);
            if (kind is not null && document is not null && administrator is not null && value is not null)
                signature = new(kind.Value, new(document.Value), administrator, value);
        }
        errors = reader.Finish();
        if (errors.Count > 0)
            signature = null;
        return signature is not null;
    }

    private static void Field(IncrementalHash hash, ReadOnlySpan<byte> field)
    {
        Span<byte> length = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(length, (uint)field.Length);
        hash.AppendData(length);
        hash.AppendData(field);
    }
}
