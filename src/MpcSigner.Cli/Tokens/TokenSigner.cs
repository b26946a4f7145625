using System.Security.Cryptography;
using MpcSigner.Client;
using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Keys;
using MpcSigner.Pkcs11.Sessions;
using SigningKey = MpcSigner.Pkcs11.Keys.SigningKey;

namespace MpcSigner.Cli.Tokens;

/// <summary>A client's or an administrator's Ed25519 key in a token, of which the private half never leaves it.</summary>
/// <remarks>The client library verifies each signature under the public key before it is used: a token that computes wrongly publishes nothing.</remarks>
internal sealed class TokenSigner : IRequestSigner
{
    /// <summary>Of the id that a key made here gets: enough that no two meet.</summary>
    private const int IdBytes = 16;

    private readonly SigningKey _key;

    private TokenSigner(SigningKey key) => _key = key;

    public ReadOnlyMemory<byte> PublicKey => _key.PublicKey;

    /// <summary>CKA_ID in hexadecimal.</summary>
    public string KeyId => _key.Name.Id;

    /// <summary>Opens the token and finds the key by its label, and its id if that is named.</summary>
    /// <exception cref="CliException">Module, token, PIN; no such key or several; one that could leave the token.</exception>
    public static TokenSigner Open(TokenReference reference)
    {
        var token = OpenTokens.Open(reference);
        return TokenFailures.Refusing(() => new TokenSigner(SigningKey.Find(token, NameOf(token, reference), SigningAlgorithm.Ed25519, OpenTokens.Limit)));
    }

    /// <summary>Makes the key pair in the token: sensitive, never extractable.</summary>
    /// <exception cref="CliException">A key of that label is there; or the token makes none.</exception>
    public static TokenSigner Make(TokenReference reference)
    {
        var token = OpenTokens.Open(reference);
        return TokenFailures.Refusing(() =>
        {
            // By label alone: two keys of one label could not be told apart afterwards.
            if (Named(token, reference).Count > 0)
                throw Wrong(reference, "is there already.", "Choose another label; a key is never overwritten.");
            var id = reference.KeyId is { } given ? Convert.FromHexString(given) : RandomNumberGenerator.GetBytes(IdBytes);
            return new TokenSigner(SigningKey.Generate(token, new(reference.Key!, id), SigningAlgorithm.Ed25519, OpenTokens.Limit));
        });
    }

    /// <inheritdoc/>
    /// <exception cref="CliException">The token fails.</exception>
    public async ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        try
        {
            return await Task.Run(() => _key.Sign(message.Span, OpenTokens.Limit), cancellation).ConfigureAwait(false);
        }
        catch (Pkcs11Exception e)
        {
            throw TokenFailures.Refuse(e);
        }
    }

    private static KeyName NameOf(Pkcs11Token token, TokenReference reference) => Named(token, reference) switch
    {
        [] => throw Wrong(reference, "is not there.", "Make it with mpcsigner token new-key, or correct key and key-id; pkcs11-tool --list-objects shows what is there."),
        [{ Id.Length: 0 }] => throw Wrong(reference, "has no CKA_ID.", "Give it one with the vendor's tool."),
        [var one] => new(one.Label, Convert.FromHexString(one.Id)),
        var several => throw Wrong(reference, $"is there {several.Count} times.", $"Name one by key-id: {string.Join(", ", several.Select(k => k.Id))}."),
    };

    private static List<KeyDescription> Named(Pkcs11Token token, TokenReference reference) =>
    [
        .. token.ListKeys(OpenTokens.Limit).Where(k => k.Kind == "private" && k.Label == reference.Key && (reference.KeyId is null || k.Id == reference.KeyId)),
    ];

    private static CliException Wrong(TokenReference reference, string what, string nextStep) => new(ExitCode.Usage, "TOKEN_KEY", $"The {reference} {what}", nextStep);
}
