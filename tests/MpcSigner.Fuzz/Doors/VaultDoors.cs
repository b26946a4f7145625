using System.Text;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.KeyAgreement;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Fuzz.Engine;
using MpcSigner.Fuzz.Mutation;
using MpcSigner.Fuzz.Seeds;
using MpcSigner.Node.Unsealing;
using MpcSigner.Node.Vault;
using MpcSigner.Node.Vault.Files;
using MpcSigner.Simulation.Host;

namespace MpcSigner.Fuzz.Doors;

/// <summary>What a node keeps sealed, what opens it, and what operators type.</summary>
internal static class VaultDoors
{
    private static readonly SeededSource s_source = new("vault seeds");
    private static readonly Lazy<X25519KeyPair> s_recipient = new(static () => X25519KeyPair.Generate(s_source));
    private static readonly Lazy<SealingKey> s_key = new(static () => SealingKey.Generate(3, s_source));

    private static NodeId Nid => HonestNodes.Heard.Keys[0].Record.Parties[0].Nid;

    public static IEnumerable<Door> All =>
    [
        new("vault/file", Grammar.Binary, Files, File, "VaultFile.TryRead", "VaultFile.TryReadPart", "IdentityPart.TryRead", "TokenKey.TryRead"),
        new("vault/next-identity", Grammar.Binary, NextFiles, Next, "NextIdentityFile.TryRead"),
        new("vault/token-key-id", Grammar.Binary, () => [TokenKeyId.ForSeal(Nid, 2).ToBytes(), new TokenKeyId(TokenKeyUse.Identity, TokenKeyId.NoOwner, 7).ToBytes()], KeyId, "TokenKeyId.TryRead"),
        new("vault/sealed", Grammar.Binary, () => [s_key.Value.Seal(SealingContext.ForSealingKey(Nid), Text("a secret"u8), s_source)], Sealed, "SealedBytes.TryReadGeneration", "SealedBytes.TryOpen"),
        new("vault/wrapped-key", Grammar.Binary, () => [s_key.Value.Wrap(s_recipient.Value.PublicKey, Nid, s_source)], Wrapped, "SealingKey.TryUnwrap"),
        new("vault/quorum-header", Grammar.Binary, () => [QuorumDealing.Deal(2, 3, s_source).Header.Encode(), QuorumDealing.Deal(3, 5, s_source).Header.Encode()], Header, "QuorumHeader.TryDecode"),
        new("vault/quorum-share", Grammar.Word, Shares, Share, "QuorumShare.TryRead", "SecretBase32.TryDecode", "NodeTag.Read"),
        new("vault/key-file", Grammar.Binary, () => [Bytes(KeyFile.Create(s_source))], KeyFileOf, "KeyFile.TryRead"),
        new("vault/passphrase-header", Grammar.Binary, () => [[1, .. new byte[PassphraseKey.HeaderSize - 1]]], Passphrase, "PassphraseKey.TryUnlock") { AcceptsSeeds = false },
        new("vault/secret-input", Grammar.Word, () => ["a passphrase\n"u8.ToArray(), "one\r\ntwo\r\n"u8.ToArray()], Input, "SecretInput.TryRead"),
        new("vault/unseal-answer", Grammar.Json, () => [UnsealWire.Encode(new(UnsealVerdict.Taken, 1, 1, 2, "One more.")), UnsealWire.Encode(new(UnsealVerdict.Unreadable, 0, 0, 3, "it's no share"))], Answer, "UnsealWire.TryDecode") { AllocatedPerByte = 128 },
    ];

    private static SecureMemory Text(ReadOnlySpan<byte> bytes) => SecureMemory.CopyOf(bytes);

    private static byte[] Bytes(SecureMemory memory)
    {
        using (memory)
        using (var borrowed = memory.Borrow())
            return borrowed.Span.ToArray();
    }

    private static IEnumerable<byte[]> Files()
    {
        yield return Vectors.File("tests", "Vectors", "vault", "v1.sealed");
        yield return Vectors.File("tests", "Vectors", "vault", "v2.sealed");
        var key = new TokenKey("a token", "0123", TokenKeyId.ForSeal(Nid, 2));
        yield return new VaultFile(Nid, [new(SealKind.KeyFile, 1, [1, 2], new byte[80], false), new(SealKind.Passphrase, 2, new byte[40], new byte[80], false)], [key], new IdentityPart.Sealed(new byte[77])).ToBytes();
        yield return new VaultFile(Nid, [new(SealKind.KeyFile, 1, [], new byte[80], false)], [], InToken(key)).ToBytes();
    }

    private static IdentityPart.InToken InToken(TokenKey key) => new(Ed25519PublicKey.Decode(HonestNodes.Heard.Keys[0].Record.PublicKey.Span), key);

    /// <summary>Older forms are read, and written only in the newest.</summary>
    private static bool File(byte[] input)
    {
        if (!VaultFile.TryRead(input, out var file))
            return false;
        if (!file.Newest.IsFirstForm && input.AsSpan().StartsWith("MPCSIGNER-VAULT-3"u8) && IsText(file.Retired, file.Identity))
            Wrong.Unless(file.ToBytes(), input);
        return true;
    }

    /// <summary>A label that is no UTF-8 becomes another text when it is read: it names no token of ours.</summary>
    private static bool IsText(IEnumerable<TokenKey> keys, IdentityPart identity) => keys.Concat(identity is IdentityPart.InToken token ? [token.Key] : [])
        .All(key => !key.Label.Contains('\ufffd', StringComparison.Ordinal) && !key.Serial.Contains('\ufffd', StringComparison.Ordinal));

    private static IEnumerable<byte[]> NextFiles()
    {
        yield return new NextIdentityFile(Nid, new IdentityPart.Sealed(new byte[77])).ToBytes();
        yield return new NextIdentityFile(Nid, InToken(new("t", "s", TokenKeyId.ForSeal(Nid, 1)))).ToBytes();
    }

    private static bool Next(byte[] input)
    {
        if (!NextIdentityFile.TryRead(input, out var file))
            return false;
        if (input.AsSpan().StartsWith("MPCSIGNER-NEXT-IDENTITY-2"u8) && IsText([], file.Identity))
            Wrong.Unless(file.ToBytes(), input);
        return true;
    }

    private static bool KeyId(byte[] input)
    {
        if (!TokenKeyId.TryRead(input, out var id))
            return false;
        Wrong.Unless(id.ToBytes(), input);
        return true;
    }

    private static bool Sealed(byte[] input)
    {
        var read = SealedBytes.TryReadGeneration(input, out var generation);
        var result = s_key.Value.TryOpen(SealingContext.ForSealingKey(Nid), input, out var plain);
        using (plain)
        {
            Wrong.If((result == OpenResult.Opened) != (plain is not null), "opened, and nothing is there");
            Wrong.If(plain is not null && (!read || generation != 3 || plain.Length != 8), "opened what was never sealed");
        }
        return result == OpenResult.Opened;
    }

    private static bool Wrapped(byte[] input)
    {
        var result = SealingKey.TryUnwrap(input, s_recipient.Value, Nid, out var key);
        using (key)
            Wrong.If((result == OpenResult.Opened) != (key is not null) || (key is not null && key.Generation != 3), "a key that was never wrapped");
        return result == OpenResult.Opened;
    }

    private static bool Header(byte[] input)
    {
        if (!QuorumHeader.TryDecode(input, out var header))
            return false;
        Wrong.Unless(header.Encode(), input);
        return true;
    }

    private static IEnumerable<byte[]> Shares()
    {
        using var dealing = QuorumDealing.Deal(2, 3, s_source);
        for (var number = 1; number <= 3; number++)
        {
            using var share = dealing.ShareOf(number, Nid);
            yield return Bytes(share.ToText());
        }
    }

    private static bool Share(byte[] input)
    {
        if (input.Length is 0 or > SecretInput.MaxBytes)
            return false;
        using var text = Text(input);
        if (!QuorumShare.TryRead(text, out var share))
            return false;
        using (share)
        {
            var written = Encoding.ASCII.GetString(Bytes(share.ToText()));
            var given = new string([.. Encoding.ASCII.GetString(input).Where(c => c is not ('-' or ' ' or '\t' or '\r' or '\n'))]).ToUpperInvariant().Replace('I', '1').Replace('L', '1').Replace('O', '0');
            Wrong.If(written.Replace("-", "", StringComparison.Ordinal) != given, "another share than was typed");
        }
        return true;
    }

    private static bool KeyFileOf(byte[] input)
    {
        if (input.Length is 0 or > 4_096)
            return false;
        using var file = Text(input);
        var result = KeyFile.TryRead(file, out var key);
        using (key)
            return result == UnlockResult.Unlocked;
    }

    /// <summary>The costs in a header decide what time and memory an opening takes: those out of bounds are refused, and within them the secret is too short here to be tried.</summary>
    private static bool Passphrase(byte[] input)
    {
        using var secret = Text("short"u8);
        var result = PassphraseKey.TryUnlock(input, secret, out _);
        Wrong.If(result is not (UnlockResult.Malformed or UnlockResult.WrongSecret), $"{result}");
        return result == UnlockResult.WrongSecret;
    }

    private static bool Input(byte[] input)
    {
        var read = SecretInput.TryRead(new MemoryStream(input), 64, trimLineBreak: true, out var secret);
        using (secret)
        {
            foreach (var line in secret is null ? [] : SecretInput.SplitLines(secret))
                line.Dispose();
        }
        if (SecretInput.TryRead(Encoding.UTF8.GetString(input), 64, out var text))
            text.Dispose();
        return read;
    }

    private static bool Answer(byte[] input)
    {
        if (!UnsealWire.TryDecode(input, out var answer))
            return false;
        Wrong.If(!Enum.IsDefined(answer.Verdict), "a verdict that is none");
        return true;
    }
}
