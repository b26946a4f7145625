using MpcSigner.Cryptography.Interop.Sodium;
using MpcSigner.Cryptography.Secrets.Interop.Sodium;
using MpcSigner.Cryptography.Secrets.Memory;

namespace MpcSigner.Cryptography.Secrets.SelfTests;

/// <summary>The checks of libsodium. Each answers null, or what was wrong.</summary>
internal static class SodiumChecks
{
    internal static IReadOnlyList<(string Check, Func<string?> Run)> All { get; } =
    [
        ("sizes", Sizes),
        ("group order and base point", BasePoint),
        ("points outside the prime-order subgroup are refused (CVE-2025-69277)", SubgroupCheck),
        ("Ed25519 (RFC 8032)", Ed25519),
        ("X25519 (RFC 7748)", X25519),
        ("SHA-256 (FIPS 180-4)", Sha256),
        ("SHA-512 (FIPS 180-4)", Sha512),
        ("HMAC-SHA256 (RFC 4231)", Hmac),
        ("XChaCha20-Poly1305 opens what it sealed and nothing else", Aead),
    ];

    private static string? Sizes()
    {
        (string Name, nuint Library, int Ours)[] sizes =
        [
            ("crypto_core_ed25519_BYTES", Libsodium.crypto_core_ed25519_bytes(), Libsodium.crypto_core_ed25519_BYTES),
            ("crypto_core_ed25519_SCALARBYTES", Libsodium.crypto_core_ed25519_scalarbytes(), Libsodium.crypto_core_ed25519_SCALARBYTES),
            ("crypto_core_ed25519_NONREDUCEDSCALARBYTES", Libsodium.crypto_core_ed25519_nonreducedscalarbytes(), Libsodium.crypto_core_ed25519_NONREDUCEDSCALARBYTES),
            ("crypto_sign_BYTES", Libsodium.crypto_sign_bytes(), Libsodium.crypto_sign_BYTES),
            ("crypto_sign_PUBLICKEYBYTES", Libsodium.crypto_sign_publickeybytes(), Libsodium.crypto_sign_PUBLICKEYBYTES),
            ("crypto_sign_SEEDBYTES", SecretSodium.crypto_sign_seedbytes(), SecretSodium.crypto_sign_SEEDBYTES),
            ("crypto_sign_SECRETKEYBYTES", SecretSodium.crypto_sign_secretkeybytes(), SecretSodium.crypto_sign_SECRETKEYBYTES),
            ("crypto_scalarmult_curve25519_BYTES", SecretSodium.crypto_scalarmult_curve25519_bytes(), SecretSodium.crypto_scalarmult_curve25519_BYTES),
            ("crypto_scalarmult_curve25519_SCALARBYTES", SecretSodium.crypto_scalarmult_curve25519_scalarbytes(), SecretSodium.crypto_scalarmult_curve25519_SCALARBYTES),
            ("crypto_hash_sha256_BYTES", SecretSodium.crypto_hash_sha256_bytes(), SecretSodium.crypto_hash_sha256_BYTES),
            ("crypto_hash_sha256_STATEBYTES", SecretSodium.crypto_hash_sha256_statebytes(), SecretSodium.crypto_hash_sha256_STATEBYTES),
            ("crypto_hash_sha512_BYTES", SecretSodium.crypto_hash_sha512_bytes(), SecretSodium.crypto_hash_sha512_BYTES),
            ("crypto_hash_sha512_STATEBYTES", SecretSodium.crypto_hash_sha512_statebytes(), SecretSodium.crypto_hash_sha512_STATEBYTES),
            ("crypto_auth_hmacsha256_BYTES", SecretSodium.crypto_auth_hmacsha256_bytes(), SecretSodium.crypto_auth_hmacsha256_BYTES),
            ("crypto_auth_hmacsha256_STATEBYTES", SecretSodium.crypto_auth_hmacsha256_statebytes(), SecretSodium.crypto_auth_hmacsha256_STATEBYTES),
            ("crypto_aead_xchacha20poly1305_ietf_KEYBYTES", SecretSodium.crypto_aead_xchacha20poly1305_ietf_keybytes(), SecretSodium.crypto_aead_xchacha20poly1305_ietf_KEYBYTES),
            ("crypto_aead_xchacha20poly1305_ietf_NPUBBYTES", SecretSodium.crypto_aead_xchacha20poly1305_ietf_npubbytes(), SecretSodium.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES),
            ("crypto_aead_xchacha20poly1305_ietf_ABYTES", SecretSodium.crypto_aead_xchacha20poly1305_ietf_abytes(), SecretSodium.crypto_aead_xchacha20poly1305_ietf_ABYTES),
            ("crypto_stream_chacha20_ietf_KEYBYTES", SecretSodium.crypto_stream_chacha20_ietf_keybytes(), SecretSodium.crypto_stream_chacha20_ietf_KEYBYTES),
            ("crypto_stream_chacha20_ietf_NONCEBYTES", SecretSodium.crypto_stream_chacha20_ietf_noncebytes(), SecretSodium.crypto_stream_chacha20_ietf_NONCEBYTES),
            ("crypto_pwhash_argon2id_SALTBYTES", SecretSodium.crypto_pwhash_argon2id_saltbytes(), SecretSodium.crypto_pwhash_argon2id_SALTBYTES),
            ("crypto_pwhash_argon2id_ALG_ARGON2ID13", (nuint)SecretSodium.crypto_pwhash_argon2id_alg_argon2id13(), SecretSodium.crypto_pwhash_argon2id_ALG_ARGON2ID13),
        ];
        var wrong = sizes.Where(size => size.Library != (nuint)size.Ours).Select(size => $"{size.Name} is {size.Library}, not {size.Ours}").ToArray();
        return wrong.Length == 0 ? null : string.Join(", ", wrong);
    }

    private static string? BasePoint()
    {
        var point = new byte[32];
        byte[] one = [1, .. new byte[31]];
        Libsodium.MustSucceed(Libsodium.crypto_scalarmult_ed25519_base_noclamp(point, one));
        return point.AsSpan().SequenceEqual(Base) ? null : "1·B is not the base point";
    }

    /// <summary>B + (0, −1) = (−x, −y) lies on the curve and has order 2ℓ.</summary>
    private static string? SubgroupCheck()
    {
        if (Libsodium.crypto_core_ed25519_is_valid_point(Base) != 1)
            return "the base point is refused";
        byte[] mixed = [0x95, .. Enumerable.Repeat((byte)0x99, 31)];
        if (Libsodium.crypto_core_ed25519_is_valid_point(mixed) != 0)
            return "the base point plus (0, -1) is taken for a point of the group";
        byte[] orderTwo = [0xec, .. Enumerable.Repeat((byte)0xff, 30), 0x7f];
        return Libsodium.crypto_core_ed25519_is_valid_point(orderTwo) == 0 ? null : "(0, -1) is taken for a point of the group";
    }

    /// <summary>RFC 8032 §7.1, test 1.</summary>
    private static string? Ed25519()
    {
        var seed = Convert.FromHexString("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        var publicKey = new byte[32];
        var signature = new byte[64];
        using var secretKey = SecureMemory.Allocate(SecretSodium.crypto_sign_SECRETKEYBYTES);
        Libsodium.MustSucceed(SecretSodium.crypto_sign_seed_keypair(publicKey, secretKey.DangerousSpan, seed));
        Libsodium.MustSucceed(SecretSodium.crypto_sign_detached(signature, out _, [], 0, secretKey.DangerousSpan));
        if (Convert.ToHexStringLower(publicKey) != "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
            return "wrong public key";
        if (Convert.ToHexStringLower(signature) != "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")
            return "wrong signature";
        if (Libsodium.crypto_sign_verify_detached(signature, [], 0, publicKey) != 0)
            return "a good signature is refused";
        signature[0] ^= 1;
        return Libsodium.crypto_sign_verify_detached(signature, [], 0, publicKey) != 0 ? null : "a bad signature is accepted";
    }

    /// <summary>RFC 7748 §5.2, the first iteration; and a point of small order, whose product is all zero.</summary>
    private static string? X25519()
    {
        byte[] nine = [9, .. new byte[31]], zeroPoint = new byte[32];
        var product = new byte[32];
        Libsodium.MustSucceed(SecretSodium.crypto_scalarmult_curve25519(product, nine, nine));
        if (Convert.ToHexStringLower(product) != "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079")
            return "wrong product";
        return SecretSodium.crypto_scalarmult_curve25519(product, nine, zeroPoint) != 0 ? null : "a point of small order is accepted";
    }

    /// <summary>FIPS 180-4, "abc", fed in two parts.</summary>
    private static string? Sha256()
    {
        var digest = new byte[SecretSodium.crypto_hash_sha256_BYTES];
        using var state = SecureMemory.Allocate(SecretSodium.crypto_hash_sha256_STATEBYTES);
        Libsodium.MustSucceed(SecretSodium.crypto_hash_sha256_init(state.DangerousSpan));
        Libsodium.MustSucceed(SecretSodium.crypto_hash_sha256_update(state.DangerousSpan, "a"u8, 1));
        Libsodium.MustSucceed(SecretSodium.crypto_hash_sha256_update(state.DangerousSpan, "bc"u8, 2));
        Libsodium.MustSucceed(SecretSodium.crypto_hash_sha256_final(state.DangerousSpan, digest));
        return Convert.ToHexStringLower(digest) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" ? null : "wrong digest";
    }

    /// <summary>FIPS 180-4, "abc", fed in two parts.</summary>
    private static string? Sha512()
    {
        var digest = new byte[SecretSodium.crypto_hash_sha512_BYTES];
        using var state = SecureMemory.Allocate(SecretSodium.crypto_hash_sha512_STATEBYTES);
        Libsodium.MustSucceed(SecretSodium.crypto_hash_sha512_init(state.DangerousSpan));
        Libsodium.MustSucceed(SecretSodium.crypto_hash_sha512_update(state.DangerousSpan, "a"u8, 1));
        Libsodium.MustSucceed(SecretSodium.crypto_hash_sha512_update(state.DangerousSpan, "bc"u8, 2));
        Libsodium.MustSucceed(SecretSodium.crypto_hash_sha512_final(state.DangerousSpan, digest));
        return Convert.ToHexStringLower(digest) == "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
            ? null
            : "wrong digest";
    }

    /// <summary>RFC 4231 §4.3, test case 2.</summary>
    private static string? Hmac()
    {
        var tag = new byte[SecretSodium.crypto_auth_hmacsha256_BYTES];
        using var state = SecureMemory.Allocate(SecretSodium.crypto_auth_hmacsha256_STATEBYTES);
        var message = "what do ya want for nothing?"u8;
        Libsodium.MustSucceed(SecretSodium.crypto_auth_hmacsha256_init(state.DangerousSpan, "Jefe"u8, 4));
        Libsodium.MustSucceed(SecretSodium.crypto_auth_hmacsha256_update(state.DangerousSpan, message, (ulong)message.Length));
        Libsodium.MustSucceed(SecretSodium.crypto_auth_hmacsha256_final(state.DangerousSpan, tag));
        return Convert.ToHexStringLower(tag) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" ? null : "wrong tag";
    }

    private static string? Aead()
    {
        byte[] key = [1, .. new byte[31]], nonce = [2, .. new byte[23]], message = [3, 4, 5];
        var ciphertext = new byte[message.Length + SecretSodium.crypto_aead_xchacha20poly1305_ietf_ABYTES];
        var opened = new byte[message.Length];
        Libsodium.MustSucceed(SecretSodium.crypto_aead_xchacha20poly1305_ietf_encrypt(ciphertext, out _, message, 3, "ad"u8, 2, 0, nonce, key));
        if (SecretSodium.crypto_aead_xchacha20poly1305_ietf_decrypt(opened, out _, 0, ciphertext, (ulong)ciphertext.Length, "ad"u8, 2, nonce, key) != 0
            || !opened.AsSpan().SequenceEqual(message))
            return "what was sealed does not open";
        ciphertext[0] ^= 1;
        return SecretSodium.crypto_aead_xchacha20poly1305_ietf_decrypt(opened, out _, 0, ciphertext, (ulong)ciphertext.Length, "ad"u8, 2, nonce, key) != 0
            ? null
            : "an altered ciphertext opens";
    }

    private static ReadOnlySpan<byte> Base =>
    [
        0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
        0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
    ];
}
