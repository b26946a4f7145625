using System.Security.Cryptography;
using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Interop;
using MpcSigner.Pkcs11.Sessions;

namespace MpcSigner.Pkcs11.Keys;

/// <summary>AES-GCM in the token (<c>CKM_AES_GCM</c>): NIST SP 800-38D with an IV of 96 and a tag of 128 bits.</summary>
internal static unsafe class Gcm
{
    internal const int IvBytes = 12;
    internal const int TagBytes = 16;

    /// <summary>Room beyond what is expected: some modules want it, and an answer that is too long is seen for what it is.</summary>
    internal const int Slack = 64;

    private const int BitsPerByte = 8;

    /// <summary>Memory that a call for so many bytes of data and context reserves.</summary>
    internal static int MemoryFor(int data, int context) => (2 * (data + TagBytes + Slack)) + context + IvBytes;

    /// <summary>Encrypts once. The IV is drawn here, unless the token chooses it.</summary>
    /// <returns>The IV that was used, and ciphertext ‖ tag.</returns>
    internal static (NativeBytes Iv, NativeBytes Sealed) Encrypt(SessionCall call, GcmLayout layout, bool tokenChoosesIv, ulong key, NativeBytes aad, NativeBytes plain)
    {
        var iv = call.Memory.Allocate(IvBytes);
        if (!tokenChoosesIv)
            RandomNumberGenerator.Fill(iv.Span);
        return (iv, EncryptWith(call, layout, tokenChoosesIv, key, iv, aad, plain));
    }

    /// <summary>Encrypts with an IV that the caller answers for.</summary>
    internal static NativeBytes EncryptWith(SessionCall call, GcmLayout layout, bool tokenChoosesIv, ulong key, NativeBytes iv, NativeBytes aad, NativeBytes plain)
    {
        Span<byte> given = stackalloc byte[IvBytes];
        iv.Span.CopyTo(given);
        var mechanism = Mechanism(call, layout, iv, aad);
        call.Check(call.Functions.C_EncryptInit(call.Session, &mechanism, key), "C_EncryptInit");
        var output = call.Memory.Allocate(plain.Length + TagBytes + Slack);
        var length = (ulong)output.Length;
        call.Check(call.Functions.C_Encrypt(call.Session, (byte*)plain.Address, (ulong)plain.Length, (byte*)output.Address, &length), "C_Encrypt");
        if (call.Length(length, output.Length, "C_Encrypt") != plain.Length + TagBytes)
            throw call.BadAnswer($"C_Encrypt gave {length} bytes where ciphertext and tag are {plain.Length + TagBytes}.");
        if (tokenChoosesIv && !iv.Span.ContainsAnyExcept((byte)0))
            throw call.BadAnswer("the token was to choose the IV and left zeros: the next sealing would use the same.");
        if (!tokenChoosesIv && !iv.Span.SequenceEqual(given))
            throw call.BadAnswer("the token put another IV in the place of the one that was given.");
        return output.First((int)length);
    }

    /// <summary>Decrypts; throws <see cref="Pkcs11Failure.NotAuthentic"/>, or whatever else the token answers to a tag that does not fit.</summary>
    internal static NativeBytes Decrypt(SessionCall call, GcmLayout layout, ulong key, NativeBytes iv, NativeBytes aad, NativeBytes cipher)
    {
        var mechanism = Mechanism(call, layout, iv, aad);
        call.Check(call.Functions.C_DecryptInit(call.Session, &mechanism, key), "C_DecryptInit");
        var output = call.Memory.Allocate(cipher.Length + Slack);
        var length = (ulong)output.Length;
        call.Check(call.Functions.C_Decrypt(call.Session, (byte*)cipher.Address, (ulong)cipher.Length, (byte*)output.Address, &length), "C_Decrypt");
        return call.Length(length, output.Length, "C_Decrypt") == cipher.Length - TagBytes
            ? output.First((int)length)
            : throw call.BadAnswer($"C_Decrypt gave {length} bytes where {cipher.Length - TagBytes} were sealed.");
    }

    private static CK_MECHANISM Mechanism(SessionCall call, GcmLayout layout, NativeBytes iv, NativeBytes aad)
    {
        // No data is a null pointer: a module that takes this layout for the other finds no address to follow.
        var aadAddress = aad.Length == 0 ? 0 : aad.Address;
        var (parameters, length) = layout switch
        {
            GcmLayout.WithIvBits => (call.Memory.Copy(new CK_GCM_PARAMS
            {
                pIv = iv.Address,
                ulIvLen = IvBytes,
                ulIvBits = IvBytes * BitsPerByte,
                pAAD = aadAddress,
                ulAADLen = (ulong)aad.Length,
                ulTagBits = TagBytes * BitsPerByte,
            }), sizeof(CK_GCM_PARAMS)),
            GcmLayout.WithoutIvBits => (call.Memory.Copy(new CK_GCM_PARAMS_WITHOUT_IV_BITS
            {
                pIv = iv.Address,
                ulIvLen = IvBytes,
                pAAD = aadAddress,
                ulAADLen = (ulong)aad.Length,
                ulTagBits = TagBytes * BitsPerByte,
            }), sizeof(CK_GCM_PARAMS_WITHOUT_IV_BITS)),
        };
        return new() { mechanism = (ulong)CKM.AES_GCM, pParameter = parameters, ulParameterLen = (ulong)length };
    }
}
