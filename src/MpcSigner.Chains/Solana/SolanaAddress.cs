using System.Diagnostics.CodeAnalysis;
using MpcSigner.Chains.Encoding;
using MpcSigner.Core.Identities;

namespace MpcSigner.Chains.Solana;

/// <summary>An account's 32-byte address: an Ed25519 public key, or a point off the curve that a program derives. Written in Base58.</summary>
public readonly record struct SolanaAddress(Bytes32 Value)
{
    public const int Size = Bytes32.Size;

    /// <summary>32 bytes of 0xff take this many characters.</summary>
    public const int MaxTextLength = 44;

    /// <param name="bytes">Exactly 32 bytes.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public SolanaAddress(ReadOnlySpan<byte> bytes) : this(new Bytes32(bytes)) { }

    public static bool TryParse([NotNullWhen(true)] string? text, out SolanaAddress address)
    {
        address = default;
        if (text is null || text.Length > MaxTextLength || !Base58.TryDecode(text, Size, out var bytes) || bytes.Length != Size)
            return false;
        address = new(bytes);
        return true;
    }

    public byte[] ToArray() => Value.ToArray();

    public override string ToString() => Base58.Encode(ToArray());

    /// <summary>Of a constant in our own source.</summary>
    internal static SolanaAddress Known(string text) =>
        TryParse(text, out var address) ? address : throw new ArgumentException("not an address: " + text, nameof(text));
}
