using System.Security.Cryptography;
using System.Text;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Node.Vault;
using Xunit;

namespace MpcSigner.Node.Tests.Vault;

/// <summary>Operators' secrets for tests, at the lowest costs that are allowed.</summary>
internal static class Secrets
{
    internal const string Right = "correct horse battery";

    internal static readonly IRandomSource Random = SystemRandomSource.Instance;

    internal static readonly IGroup Group = Groups.For(Curve.Edwards25519);

    private static readonly Argon2idParameters Cheap = new(Argon2idParameters.MinOperations, Argon2idParameters.MinMemoryBytes);

    internal static SecureMemory Memory(byte[] bytes)
    {
        Assert.True(SecretInput.TryRead(new MemoryStream(bytes), SecretInput.MaxBytes, trimLineBreak: false, out var memory));
        return memory;
    }

    internal static OperatorSecret Passphrase(string passphrase = Right) => OperatorSecret.Passphrase(Memory(Encoding.UTF8.GetBytes(passphrase)), Cheap);

    internal static byte[] KeyFileBytes(byte fill)
    {
        byte[] body = [.. "MPCSIGNER-KEY-1\n"u8, .. Enumerable.Repeat(fill, 32)];
        return [.. body, .. SHA256.HashData(body)[..8]];
    }

    internal static byte[] SignBy(IIdentitySigner signer, ReadOnlySpan<byte> message)
    {
        var signature = new byte[Ed25519Signature.Size];
        signer.Sign(message, signature);
        return signature;
    }

    internal static ShareCache Cache(int capacity = ShareCache.DefaultCapacity) => new(capacity, ShareCache.DefaultLife, TimeProvider.System);

    internal static ShareVault Shares(NodeVault vault, INodeStore store, int capacity = ShareCache.DefaultCapacity) => new(vault, store, Random, Cache(capacity));

    internal static SecretScalar Share() => SecretScalar.Random(Group, Random);
}
