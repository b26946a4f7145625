using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Documents.Yaml;
using MpcSigner.Policy;
using MpcSigner.Policy.Rules;

namespace MpcSigner.Documents.Policies;

/// <summary>The policy as YAML: read strictly, with all errors at once.</summary>
public static class PolicyDocument
{
    internal const string Any = "*";
    internal const string Unlimited = "unlimited";
    internal const string AllowWord = "allow";
    internal const string DenyWord = "deny";

    public static YamlBounds Bounds { get; } = new(MaxBytes: 2 << 20, MaxNodes: 100_000, MaxScalarLength: 512);

    /// <param name="bytes">The exact signed bytes; their SHA-256 is <see cref="ClusterPolicy.Hash"/>.</param>
    /// <param name="errors">Empty exactly when the answer is true.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out ClusterPolicy? policy, out IReadOnlyList<DocumentError> errors)
    {
        policy = null;
        var reader = YamlReader.Open(bytes, Bounds);
        var read = reader.Root is { } root ? Read(root, new Digest32(SHA256.HashData(bytes))) : null;
        errors = reader.Finish();
        if (errors.Count > 0)
            return false;
        policy = read ?? throw new InvalidOperationException("a policy was neither read nor refused");
        return true;
    }

    /// <summary>The policy's bytes in a fixed form, for tools that generate one (its <see cref="ClusterPolicy.Hash"/> follows from them).</summary>
    public static byte[] Write(ClusterPolicy policy) => PolicyWriter.Write(policy);

    private static ClusterPolicy? Read(YamlMap root, Digest32 hash)
    {
        var version = root.Integer("version", 1, uint.MaxValue);
        var predecessor = root.Bytes32("predecessor", optional: true);
        if (version > 1 && !root.Has("predecessor"))
            root.Fail($"version {version} names its predecessor: the SHA-256 of version {version - 1}");
        else if (version == 1 && root.Has("predecessor"))
            root.Fail("predecessor", "version 1 has no predecessor");

        var books = ReadAddressBooks(root);
        var rules = new PolicyRuleReader(books.Keys);
        var signing = root.Maps("signing", 0, ClusterPolicy.MaxRules)?.Select(rules.Signing).ToList();
        var creation = root.Maps("creation", 0, ClusterPolicy.MaxRules)?.Select(rules.Creation).ToList();
        if (version is null || signing is null || creation is null || signing.Contains(null) || creation.Contains(null))
            return null; // each null has its error
        return new(hash, (uint)version.Value, predecessor is { } p ? new Digest32(p) : null, books,
            [.. signing.OfType<SigningRule>()], [.. creation.OfType<CreationRule>()]);
    }

    private static Dictionary<string, IReadOnlySet<string>> ReadAddressBooks(YamlMap root)
    {
        var books = new Dictionary<string, IReadOnlySet<string>>(StringComparer.Ordinal);
        foreach (var (name, values) in root.Lists("address_books", 0, ClusterPolicy.MaxAddressBooks, ClusterPolicy.MaxAddresses, optional: true) ?? [])
        {
            var addresses = new HashSet<string>(StringComparer.Ordinal);
            foreach (var value in values)
            {
                if (ChainTerms.TryAddress(value, out var address) && !addresses.Add(address))
                    value.Fail($"address {address} is in this book twice");
            }
            if (values.Count == 0)
                name.Fail("the address book is empty: a rule that names it could mean nothing");
            if (name.TryText(TextRule.Name, out var key))
                books[key] = addresses;
        }
        return books;
    }
}
