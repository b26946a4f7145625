using System.Security.Cryptography;
using MpcSigner.Client;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Documents.Signatures;

namespace MpcSigner.Cli.Documents;

/// <summary>Administrators' signatures in the file beside a document: each who signs adds to it, on a machine that needs no connection.</summary>
internal static class DocumentSigning
{
    private const int MaxFileBytes = 4 << 20;

    /// <param name="Signed">Names of those whose signature the file has now.</param>
    /// <param name="Missing">How many more must sign.</param>
    public sealed record Outcome(string File, IReadOnlyList<string> Signed, int Missing);

    public static string FileOf(string document) => document + ".sig";

    public static byte[] ReadDocument(string path) => new FileInfo(path) is { Exists: true, Length: > MaxFileBytes }
        ? throw CliException.Usage($"{path} is larger than {MaxFileBytes} bytes.", "Check that it is the file it should be.")
        : File.ReadAllBytes(path);

    /// <summary>One file a signature, as nodes take and keep them.</summary>
    /// <param name="signatures">A file that was verified.</param>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> signatures) => DocumentSignatures.TryParse(signatures.Span, out var set, out var errors)
        ? [.. set.All.Select(signature => (ReadOnlyMemory<byte>)signature.Write())]
        : throw new InvalidOperationException($"signatures that were verified cannot be read: {string.Join("; ", errors)}");

    /// <param name="verb">What makes the file.</param>
    public static byte[] ReadSignatures(string path, string verb) => File.Exists(FileOf(path))
        ? ReadDocument(FileOf(path))
        : throw CliException.Usage($"Nobody has signed {path}: there is no {FileOf(path)}.", $"Sign it: {verb} {path}");

    /// <param name="signers">Whose administrators count: the roster in force; for a roster, the version before it.</param>
    public static async Task<Outcome> AddAsync(string path, byte[] document, DocumentKind kind, Roster signers, IReadOnlyList<IRequestSigner> keys, CancellationToken cancellation)
    {
        var hash = new Digest32(SHA256.HashData(document));
        var all = ReadPresent(path, hash, kind, signers);
        foreach (var key in keys)
        {
            var administrator = signers.Administrators.FirstOrDefault(known => known.SigningKey.Span.SequenceEqual(key.PublicKey.Span))
                ?? throw CliException.Usage($"Roster version {signers.Version} names no administrator with key {Convert.ToHexStringLower(key.PublicKey.Span)}.", "Use the key of an administrator of that version.");
            if (all.Any(present => present.Administrator == administrator.Name))
                continue;
            var signature = await key.SignAsync(DocumentSignature.Message(kind, signers.Cluster, hash), cancellation).ConfigureAwait(false);
            all.Add(new(kind, hash, administrator.Name, signature));
        }
        if (all.Count > 0)
            await File.WriteAllBytesAsync(FileOf(path), new DocumentSignatures(all).Write(), cancellation).ConfigureAwait(false);
        return new(FileOf(path), [.. all.Select(signature => signature.Administrator)], Math.Max(0, signers.Quorum - all.Count));
    }

    /// <summary>Signatures that are there for this very document. Those of an earlier draft are worth nothing and go.</summary>
    private static List<DocumentSignature> ReadPresent(string path, Digest32 hash, DocumentKind kind, Roster signers)
    {
        if (!File.Exists(FileOf(path)))
            return [];
        if (!DocumentSignatures.TryParse(ReadDocument(FileOf(path)), out var present, out var errors))
            throw CliException.Usage($"{FileOf(path)} is no file of signatures: {string.Join("; ", errors)}.", "Move it away, then sign.");
        return [.. present.All.Where(signature => signature.Document == hash && signature.Kind == kind && signers.Administrators.Any(known => known.Name == signature.Administrator))];
    }
}
