using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Node.Vault.Files;
using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Keys;
using MpcSigner.Pkcs11.Sessions;
using TokenSeal = MpcSigner.Pkcs11.Keys.SealingKey;

namespace MpcSigner.Node.Vault.Tokens;

/// <summary>A token by PKCS#11.</summary>
/// <param name="token">Logged in; stays the caller's.</param>
/// <param name="sessions">As the options say.</param>
/// <param name="limit">For one call.</param>
internal sealed class VaultToken(Pkcs11Token token, int sessions, TimeSpan limit) : IVaultToken
{
    public string Label { get; } = token.Description.Label;

    public string Serial { get; } = token.Description.Serial;

    public int Sessions { get; } = Math.Max(1, Math.Min(sessions, token.SessionBound));

    public IReadOnlyList<(TokenKeyId Id, string Owner)> List() => TokenTrouble.Refusing(() =>
    {
        List<(TokenKeyId, string)> keys = [];
        foreach (var key in token.ListKeys(limit))
        {
            if (TryReadId(key, out var id))
                keys.Add((id, id.Owner == TokenKeyId.NoOwner ? OwnerOfFirst(id) : id.Owner));
        }
        return keys;
    });

    public ITokenCipher MakeSeal(TokenKeyId id) => TokenTrouble.Refusing(() => new TokenCipher(TokenSeal.Generate(token, NameOf(id), limit), limit));

    public ITokenCipher FindSeal(TokenKeyId id)
    {
        try
        {
            return new TokenCipher(TokenSeal.Find(token, NameOf(id), limit), limit);
        }
        catch (Pkcs11Exception e) when (e.Failure == Pkcs11Failure.KeyNotFound)
        {
            throw Gone($"generation {id.Generation} of this node's sealing key");
        }
        catch (Pkcs11Exception e)
        {
            throw TokenTrouble.Refuse(e);
        }
    }

    public IIdentitySigner MakeIdentity(TokenKeyId id) => TokenTrouble.Refusing(() => Identity(SigningKey.Generate(token, NameOf(id), SigningAlgorithm.Ed25519, limit)));

    public IIdentitySigner FindIdentity(TokenKeyId id)
    {
        try
        {
            return Identity(SigningKey.Find(token, NameOf(id), SigningAlgorithm.Ed25519, limit));
        }
        catch (Pkcs11Exception e) when (e.Failure == Pkcs11Failure.KeyNotFound)
        {
            throw Gone("this node's identity key");
        }
        catch (Pkcs11Exception e)
        {
            throw TokenTrouble.Refuse(e);
        }
    }

    public bool Destroy(TokenKeyId id) => TokenTrouble.Refusing(() =>
    {
        try
        {
            switch (id.Use)
            {
                case TokenKeyUse.Seal:
                    TokenSeal.Find(token, NameOf(id), limit).Destroy(limit);
                    return true;
                case TokenKeyUse.Identity:
                    SigningKey.Find(token, NameOf(id), SigningAlgorithm.Ed25519, limit).Destroy(limit);
                    return true;
            }
            throw new NotSupportedException($"no destruction of {id.Use}");
        }
        catch (Pkcs11Exception e) when (e.Failure == Pkcs11Failure.KeyNotFound && e.Code is null)
        {
            return false;
        }
        catch (Pkcs11Exception e) when (e.Failure == Pkcs11Failure.KeyNotFound)
        {
            // The search found it; a handle that the token then does not know is the token's trouble, and no key that is gone.
            throw new VaultException(VaultRefusal.TokenUnavailable, $"{e.Message.TrimEnd('.')}: key {NameOf(id)} is there and was not destroyed.", e);
        }
    });

    private TokenIdentity Identity(SigningKey key) => Ed25519PublicKey.TryDecode(key.PublicKey.Span, out var publicKey)
        ? new(key, publicKey, limit)
        : throw new VaultException(VaultRefusal.TokenUnfit, $"Token {Label} names no valid Ed25519 public key for {key.Name}. Do not use it; tell the token's vendor.");

    /// <summary>A node's first identity key carries no nid: its hash is the nid.</summary>
    private string OwnerOfFirst(TokenKeyId id) => TokenKeyId.OwnerOf(FindIdentity(id).PublicKey.ToNodeId());

    /// <summary>Public halves go with their private ones.</summary>
    private static bool TryReadId(KeyDescription key, out TokenKeyId id)
    {
        id = null!;
        if (key.Kind == "public" || key.Id.Length % 2 != 0 || !TokenKeyId.TryRead(Convert.FromHexString(key.Id), out var read))
            return false;
        id = read;
        return true;
    }

    private static KeyName NameOf(TokenKeyId id) => new(id.Label, id.ToBytes());

    private VaultException Gone(string what) => new(VaultRefusal.KeyGone,
        $"Token {Label} (serial {Serial}) no longer holds {what}: the sealed identity is older than the token's last rotation, or somebody destroyed the key. Put back the newest sealed identity and database, which belong together; if there is none, this node's shares must be recovered from the others.");

    public override string ToString() => $"VaultToken({Label}, {Serial})";
}
