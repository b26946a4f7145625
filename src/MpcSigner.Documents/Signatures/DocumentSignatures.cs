using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Documents.Yaml;

namespace MpcSigner.Documents.Signatures;

/// <summary>The signatures of one document, by as many administrators as the roster asks for.</summary>
/// <remarks>A file holds one of them in the form of <see cref="DocumentSignature"/>, or several under <c>signatures</c>; several files count as one set.</remarks>
public sealed record DocumentSignatures(IReadOnlyList<DocumentSignature> All)
{
    /// <summary>No document has more signers than administrators.</summary>
    public const int MaxSignatures = Roster.MaxAdministrators;

    /// <summary>Reads a file with one signature or several.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out DocumentSignatures? signatures, out IReadOnlyList<DocumentError> errors)
    {
        signatures = null;
        var reader = YamlReader.Open(bytes, YamlBounds.Small);
        var read = new List<DocumentSignature>();
        if (reader.Root is { } root)
        {
            var kind = root.Choice("document", DocumentSignature.Kinds);
            var document = root.Bytes32("sha256");
            foreach (var map in root.Has("signatures") ? root.Maps("signatures", 1, MaxSignatures) ?? [] : [root])
            {
                var administrator = map.Text("administrator", TextRule.Name);
                var value = map.Hex("signature", DocumentSignature.SignatureSize);
                if (kind is not null && document is not null && administrator is not null && value is not null)
                    read.Add(new(kind.Value, new(document.Value), administrator, value));
            }
        }
        errors = reader.Finish();
        if (errors.Count == 0)
            signatures = new(read);
        return signatures is not null;
    }

    /// <summary>Reads several files as one set. The first that is wrong decides.</summary>
    public static bool TryParse(IReadOnlyList<ReadOnlyMemory<byte>> files, [NotNullWhen(true)] out DocumentSignatures? signatures, out IReadOnlyList<DocumentError> errors)
    {
        signatures = null;
        errors = [];
        var all = new List<DocumentSignature>();
        foreach (var file in files)
        {
            if (!TryParse(file.Span, out var some, out errors))
                return false;
            all.AddRange(some.All);
            if (all.Count > MaxSignatures)
            {
                errors = [new(0, 0, "", $"more than {MaxSignatures} signatures")];
                return false;
            }
        }
        signatures = new(all);
        return true;
    }

    /// <summary>Null when at least the quorum of <paramref name="roster"/>'s administrators signed this very document and nothing else is among the signatures.</summary>
    /// <param name="roster">Whose administrators count: the roster in force; for a roster, the version before it.</param>
    public SignatureRefusal? Judge(ReadOnlySpan<byte> document, DocumentKind kind, Roster roster, SignatureVerifier verifier)
    {
        var hash = new Digest32(SHA256.HashData(document));
        var signers = new HashSet<string>(StringComparer.Ordinal);
        foreach (var signature in All)
        {
            if (signature.Judge(hash, kind, roster, verifier) is { } refusal)
                return refusal;
            if (!signers.Add(signature.Administrator))
                return new(SignatureFault.SignedTwice, $"administrator {signature.Administrator} signed twice, which counts once");
        }
        return signers.Count < roster.Quorum
            ? new(SignatureFault.TooFew, $"{signers.Count} of the roster's administrators signed, {roster.Quorum} must")
            : null;
    }

    /// <summary>One file: a single signature in its own form, several as a list.</summary>
    /// <exception cref="InvalidOperationException">None, or signatures of different documents.</exception>
    public byte[] Write()
    {
        if (All.Count == 0 || All.Any(signature => signature.Kind != All[0].Kind || signature.Document != All[0].Document))
            throw new InvalidOperationException("one file holds signatures of one document");
        if (All.Count == 1)
            return All[0].Write();
        return new YamlWriter().Text("document", DocumentSignature.WordFor(All[0].Kind)).Text("sha256", All[0].Document.ToString())
            .Block("signatures", list =>
            {
                foreach (var signature in All)
                    list.Item(item => item.Text("administrator", signature.Administrator).Text("signature", Convert.ToHexStringLower(signature.Signature.Span)));
            })
            .ToBytes();
    }
}
