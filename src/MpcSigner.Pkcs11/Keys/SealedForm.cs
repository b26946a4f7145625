using System.Buffers.Binary;

namespace MpcSigner.Pkcs11.Keys;

/// <summary>Sealed bytes: version ‖ method ‖ (key wrap: u16 length ‖ wrapped key) ‖ IV ‖ ciphertext ‖ tag.</summary>
internal readonly ref struct SealedForm
{
    internal const byte Version = 1;

    /// <summary>Version and method: they stand before the context in the associated data too.</summary>
    internal const int HeadBytes = 2;

    /// <summary>The longest wrapped key: 40 bytes by the standard.</summary>
    internal const int MaxWrapped = 128;

    private SealedForm(SealMethod method, ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> cipher)
    {
        Method = method;
        Wrapped = wrapped;
        Iv = iv;
        Cipher = cipher;
    }

    internal SealMethod Method { get; }

    internal ReadOnlySpan<byte> Wrapped { get; }

    internal ReadOnlySpan<byte> Iv { get; }

    /// <summary>Ciphertext ‖ tag.</summary>
    internal ReadOnlySpan<byte> Cipher { get; }

    internal int PlainLength => Cipher.Length - Gcm.TagBytes;

    internal static bool TryRead(ReadOnlySpan<byte> bytes, out SealedForm form)
    {
        form = default;
        if (bytes.Length < HeadBytes || bytes[0] != Version || !Enum.IsDefined((SealMethod)bytes[1]))
            return false;
        var method = (SealMethod)bytes[1];
        var rest = bytes[HeadBytes..];
        ReadOnlySpan<byte> wrapped = [];
        if (SealMethods.Wraps(method))
        {
            if (rest.Length < sizeof(ushort))
                return false;
            int length = BinaryPrimitives.ReadUInt16BigEndian(rest);
            if (length is 0 or > MaxWrapped || rest.Length - sizeof(ushort) < length)
                return false;
            wrapped = rest.Slice(sizeof(ushort), length);
            rest = rest[(sizeof(ushort) + length)..];
        }
        if (rest.Length < Gcm.IvBytes + Gcm.TagBytes + 1 || rest.Length > SealingKey.MaxSecretBytes + Gcm.IvBytes + Gcm.TagBytes)
            return false;
        form = new(method, wrapped, rest[..Gcm.IvBytes], rest[Gcm.IvBytes..]);
        return true;
    }

    internal static byte[] Write(SealMethod method, ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> cipher)
    {
        var prefix = SealMethods.Wraps(method) ? sizeof(ushort) : 0;
        var bytes = new byte[HeadBytes + prefix + wrapped.Length + iv.Length + cipher.Length];
        Head(method).CopyTo(bytes.AsSpan());
        var rest = bytes.AsSpan(HeadBytes);
        if (prefix != 0)
            BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)wrapped.Length);
        rest = rest[prefix..];
        wrapped.CopyTo(rest);
        iv.CopyTo(rest[wrapped.Length..]);
        cipher.CopyTo(rest[(wrapped.Length + iv.Length)..]);
        return bytes;
    }

    /// <summary>What is authenticated beside the secret.</summary>
    internal static byte[] AssociatedData(SealMethod method, ReadOnlySpan<byte> context) => [.. Head(method), .. context];

    private static byte[] Head(SealMethod method) => [Version, (byte)method];
}
