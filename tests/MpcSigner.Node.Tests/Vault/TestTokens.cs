using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Tests.Pkcs11;
using MpcSigner.Node.Vault.Files;
using MpcSigner.Node.Vault.Tokens;
using MpcSigner.Pkcs11.Sessions;

namespace MpcSigner.Node.Tests.Vault;

/// <summary>A token of SoftHSM2, logged in.</summary>
internal sealed class TestToken : IDisposable
{
    private readonly Pkcs11Token _token;

    internal TestToken(string? label = null)
    {
        _token = SoftToken.Module.Open(new TokenOptions { Label = label ?? SoftToken.NewLabel("vault"), MaxSessions = 8 }, SoftToken.Limit);
        _token.Login(SoftToken.PinBytes, SoftToken.Limit);
        Vault = new VaultToken(_token, 8, SoftToken.Limit);
    }

    internal VaultToken Vault { get; }

    internal Pkcs11Token Token => _token;

    internal IReadOnlyList<uint> Generations => [.. Vault.List().Where(key => key.Id.Use == TokenKeyUse.Seal).Select(key => key.Id.Generation).Order()];

    public void Dispose() => _token.Dispose();
}

/// <summary>A token as it is, but for what a test does before and after each of its calls.</summary>
/// <param name="around">Told the call's name, before and after.</param>
/// <param name="spoil">What the token gives in the place of what it sealed.</param>
internal sealed class WatchedToken(IVaultToken token, Action<string> around, Func<byte[], byte[]>? spoil = null) : IVaultToken
{
    public string Label => token.Label;

    public string Serial => token.Serial;

    public int Sessions => token.Sessions;

    public IReadOnlyList<(TokenKeyId Id, string Owner)> List() => token.List();

    public ITokenCipher MakeSeal(TokenKeyId id) => Around("make", () => new Cipher(token.MakeSeal(id), around, spoil));

    public ITokenCipher FindSeal(TokenKeyId id) => new Cipher(token.FindSeal(id), around, spoil);

    public IIdentitySigner MakeIdentity(TokenKeyId id) => Around("make", () => token.MakeIdentity(id));

    public IIdentitySigner FindIdentity(TokenKeyId id) => token.FindIdentity(id);

    public bool Destroy(TokenKeyId id) => Around("destroy", () => token.Destroy(id));

    private T Around<T>(string call, Func<T> act)
    {
        around($"before {call}");
        var answer = act();
        around($"after {call}");
        return answer;
    }

    private sealed class Cipher(ITokenCipher cipher, Action<string> around, Func<byte[], byte[]>? spoil) : ITokenCipher
    {
        public byte[] Seal(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> context)
        {
            around("seal");
            var given = cipher.Seal(secret, context);
            return spoil is null ? given : spoil(given);
        }

        public int SecretLength(ReadOnlySpan<byte> sealedBytes) => cipher.SecretLength(sealedBytes);

        public bool TryOpen(ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> context, Span<byte> secret)
        {
            around("open");
            return cipher.TryOpen(sealedBytes, context, secret);
        }
    }
}
