using System.Diagnostics;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.KeyAgreement;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Vault.Files;
using MpcSigner.Node.Vault.Tokens;

namespace MpcSigner.Node.Vault;

/// <summary>What a sealed identity can be opened with: operators' secrets and tokens, as many as the generations in it need.</summary>
/// <param name="secrets">Tried in order against a generation of their kind; they stay the caller's.</param>
/// <param name="tokens">Logged in.</param>
[DebuggerDisplay("<redacted>")]
internal sealed class SealMeans(IReadOnlyList<OperatorSecret> secrets, IReadOnlyList<IVaultToken> tokens) : IDisposable
{
    private readonly List<(GenerationPart Part, KeyEncryptionKey Key)> _opened = [];

    public IReadOnlyList<IVaultToken> Tokens => tokens;

    /// <summary>Opens a generation.</summary>
    /// <exception cref="VaultException">Nothing here opens it, and why.</exception>
    public SealedGeneration Open(GenerationPart part, NodeId nid) => TokenKeys.Of(part) is { } key ? OpenInToken(part, key) : OpenWrapped(part, nid);

    /// <summary>The token that holds a key.</summary>
    /// <exception cref="VaultException">The options name no such token.</exception>
    public IVaultToken TokenOf(TokenKey key) => Find(tokens, key)
        ?? throw new VaultException(VaultRefusal.SecretMissing,
            $"The sealed identity needs token {key.Label} (serial {key.Serial}), and the options name {(tokens.Count == 0 ? "no token" : string.Join(", ", tokens.Select(token => $"{token.Label} (serial {token.Serial})")))}. Name it under 'hsm', or under 'former_hsm' while another takes its place.");

    public static IVaultToken? Find(IReadOnlyList<IVaultToken> tokens, TokenKey key) => tokens.FirstOrDefault(token => token.Label == key.Label && token.Serial == key.Serial);

    private SealedGeneration OpenInToken(GenerationPart part, TokenKey key)
    {
        var token = TokenOf(key);
        return new(new TokenSealingKey(part.Generation, token.FindSeal(key.Id)), new NodeSeal.InToken(token), part);
    }

    private SealedGeneration OpenWrapped(GenerationPart part, NodeId nid)
    {
        var wrapper = KeyOf(part);
        using var recipient = wrapper.DeriveRecipient();
        var result = part.IsFirstForm
            ? SealingKey.TryUnwrapFirstForm(part.Wrapped, wrapper, nid, out var key)
            : SealingKey.TryUnwrap(part.Wrapped, recipient, nid, out key);
        if (result == OpenResult.Opened && key!.Generation == part.Generation)
            return new(key, new NodeSeal.OfSecret(part.Kind, part.Header, recipient.PublicKey), part);
        key?.Dispose();
        throw new VaultException(VaultRefusal.Damaged, "The sealed identity is damaged: a sealing key in it does not open, though the secret is right. Restore the file from a backup.");
    }

    /// <summary>The key-encryption key of a generation; Argon2id runs once for all generations under one header.</summary>
    private KeyEncryptionKey KeyOf(GenerationPart part)
    {
        var known = _opened.Find(opened => opened.Part.Kind == part.Kind && opened.Part.Header.AsSpan().SequenceEqual(part.Header)).Key;
        if (known is not null)
            return known;
        OperatorSecret[] fitting = [.. secrets.Where(secret => secret.Kind == part.Kind)];
        if (fitting.Length == 0)
        {
            throw secrets is [var other, ..]
                ? new VaultException(VaultRefusal.OtherKindOfSecret, $"This node was sealed under a {part.Kind.Name()}, and a {other.Kind.Name()} was given. Correct the options.")
                : new VaultException(VaultRefusal.SecretMissing, $"This node was sealed under a {part.Kind.Name()}, and none was given. Correct the options.");
        }
        for (var i = 0; ; i++)
        {
            try
            {
                var key = fitting[i].OpenKey(part.Kind, part.Header);
                _opened.Add((part, key));
                return key;
            }
            catch (VaultException e) when (e.Refusal == VaultRefusal.WrongSecret && i + 1 < fitting.Length)
            {
                // The former one, while a change of seal is under way.
            }
        }
    }

    public override string ToString() => $"SealMeans({secrets.Count} secrets, {tokens.Count} tokens)";

    /// <summary>Wipes the keys that it opened. The secrets are their reader's; the tokens stay, and generations in them open.</summary>
    public void Dispose() => _opened.ForEach(opened => opened.Key.Dispose());
}
