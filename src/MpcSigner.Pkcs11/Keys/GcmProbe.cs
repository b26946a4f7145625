using System.Security.Cryptography;
using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Interop;
using MpcSigner.Pkcs11.Sessions;

namespace MpcSigner.Pkcs11.Keys;

/// <summary>Finds out how a token does AES-GCM, by using it.</summary>
/// <remarks>
/// The longer layout is tried first and without associated data. A module that expects the shorter one and does not look at the length then
/// reads no data and a tag of 0 bits: its answer has the wrong length, and it has followed no stray pointer. The shorter layout is tried only after
/// the longer one failed, so it never reaches a module that would read past its end. A token that takes a zero IV as it is has used it for this
/// one known text, and is refused; nothing else is ever encrypted under it.
/// </remarks>
internal static unsafe class GcmProbe
{
    private static ReadOnlySpan<byte> Plain => "MpcSigner asks how this token does AES-GCM"u8;

    private static ReadOnlySpan<byte> Context => "associated data"u8;

    private static readonly (GcmLayout Layout, bool TokenChoosesIv)[] Ways =
        [(GcmLayout.WithIvBits, false), (GcmLayout.WithIvBits, true), (GcmLayout.WithoutIvBits, false), (GcmLayout.WithoutIvBits, true)];

    /// <exception cref="Pkcs11Exception"><see cref="Pkcs11Failure.MechanismMissing"/>: no way works; <see cref="Pkcs11Failure.BadAnswer"/>: one seems to, and does not protect.</exception>
    internal static GcmProfile Run(SessionCall call, ulong key)
    {
        List<string> refusals = [];
        foreach (var (layout, tokenChoosesIv) in Ways)
        {
            if (Refusal(call, layout, tokenChoosesIv, key) is not { } refusal)
                return Examine(call, layout, tokenChoosesIv, key);
            refusals.Add($"{layout}{(tokenChoosesIv ? " with the token's IV" : "")}: {refusal}");
        }
        throw new Pkcs11Exception(
            Pkcs11Failure.MechanismMissing, call.Token, $"AES-GCM works with no form of its parameters ({string.Join("; ", refusals)}).");
    }

    /// <summary>Does a key seal and open now? Tells a failed tag from a failing token, where the token uses one code for both.</summary>
    internal static bool Works(SessionCall call, GcmProfile profile, ulong key)
    {
        try
        {
            var (plain, aad) = (call.Memory.Copy(Plain), call.Memory.Copy(Context));
            var (iv, sealedBytes) = Gcm.Encrypt(call, profile.Layout, profile.TokenChoosesIv, key, aad, plain);
            return Gcm.Decrypt(call, profile.Layout, key, iv, aad, sealedBytes).Span.SequenceEqual(Plain);
        }
        catch (Pkcs11Exception)
        {
            return false;
        }
    }

    /// <summary>Null if the token encrypts this way; else why not. What is no matter of the form is thrown on.</summary>
    private static string? Refusal(SessionCall call, GcmLayout layout, bool tokenChoosesIv, ulong key)
    {
        var mark = call.Memory.Mark;
        try
        {
            Gcm.Encrypt(call, layout, tokenChoosesIv, key, default, call.Memory.Copy(Plain));
            return null;
        }
        catch (Pkcs11Exception e) when (e.Failure is Pkcs11Failure.BadAnswer
            || e.Is(CKR.MECHANISM_PARAM_INVALID) || e.Is(CKR.ARGUMENTS_BAD) || e.Is(CKR.DATA_INVALID) || e.Is(CKR.DATA_LEN_RANGE)
            || e.Is(CKR.FUNCTION_FAILED) || e.Is(CKR.GENERAL_ERROR) || e.Is(CKR.MECHANISM_INVALID))
        {
            return e.Code is { } code ? ReturnCodes.NameOf(code) : e.Message;
        }
        finally
        {
            call.Memory.ReturnTo(mark);
        }
    }

    private static GcmProfile Examine(SessionCall call, GcmLayout layout, bool tokenChoosesIv, ulong key)
    {
        var (plain, aad) = (call.Memory.Copy(Plain), call.Memory.Copy(Context));
        var (iv, sealedBytes) = Gcm.Encrypt(call, layout, tokenChoosesIv, key, aad, plain);
        if (tokenChoosesIv)
        {
            var (second, _) = Gcm.Encrypt(call, layout, tokenChoosesIv, key, aad, plain);
            if (second.Span.SequenceEqual(iv.Span))
                throw call.BadAnswer("the token chose the same IV twice.");
        }
        // The same input under the same IV: another output would mean that the token uses an IV of its own and hides it.
        else if (!Gcm.EncryptWith(call, layout, tokenChoosesIv, key, iv, aad, plain).Span.SequenceEqual(sealedBytes.Span))
        {
            throw call.BadAnswer("the token's AES-GCM gives two outputs for one input: it does not use the IV that it is given.");
        }
        if (!Gcm.Decrypt(call, layout, key, iv, aad, sealedBytes).Span.SequenceEqual(Plain))
            throw call.BadAnswer("the token does not decrypt what it encrypted.");

        HashSet<ulong> codes = [];
        for (var at = 0; at < sealedBytes.Length; at += sealedBytes.Length - 1)
        {
            sealedBytes.Span[at] ^= 1;
            codes.Add(MustRefuse(call, layout, key, iv, aad, sealedBytes, at == 0 ? "ciphertext" : "tag"));
            sealedBytes.Span[at] ^= 1;
        }
        aad.Span[0] ^= 1;
        codes.Add(MustRefuse(call, layout, key, iv, aad, sealedBytes, "context"));
        return new(layout, tokenChoosesIv, KnownAnswer(call, layout, tokenChoosesIv), [.. codes]);
    }

    private static ulong MustRefuse(SessionCall call, GcmLayout layout, ulong key, NativeBytes iv, NativeBytes aad, NativeBytes changed, string what)
    {
        try
        {
            Gcm.Decrypt(call, layout, key, iv, aad, changed);
        }
        catch (Pkcs11Exception e) when (e.Code is { } code && e.Function == "C_Decrypt" && ReturnCodes.ConsequenceOf(code) is Consequence.None or Consequence.AskToken)
        {
            return code;
        }
        throw call.BadAnswer($"the token opened what was sealed though the {what} was changed.");
    }

    /// <summary>Compares with .NET's AES-GCM under a session key of known value; false if the token lets none be made.</summary>
    private static bool KnownAnswer(SessionCall call, GcmLayout layout, bool tokenChoosesIv)
    {
        // Not a secret: this key protects nothing.
        ReadOnlySpan<byte> value = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32];
        var template = new Template(call.Memory).With(CKA.CLASS, CKO.SECRET_KEY).With(CKA.KEY_TYPE, CKK.AES).With(CKA.TOKEN, false)
            .With(CKA.ENCRYPT, true).With(CKA.DECRYPT, true).With(CKA.VALUE, value);
        ulong handle = 0;
        if (call.Functions.C_CreateObject(call.Session, template.Build(), template.Count, &handle) != (ulong)CKR.OK)
            return false;
        try
        {
            var (plain, aad) = (call.Memory.Copy(Plain), call.Memory.Copy(Context));
            var (iv, sealedBytes) = Gcm.Encrypt(call, layout, tokenChoosesIv, handle, aad, plain);
            using var gcm = new AesGcm(value, Gcm.TagBytes);
            var expected = new byte[Plain.Length + Gcm.TagBytes];
            gcm.Encrypt(iv.Span, Plain, expected.AsSpan(0, Plain.Length), expected.AsSpan(Plain.Length), Context);
            return sealedBytes.Span.SequenceEqual(expected) ? true : throw call.BadAnswer("the token's AES-GCM is not the standard's: a known key gives another result.");
        }
        finally
        {
            // A session object: should this fail, it ends with its session.
            _ = call.Functions.C_DestroyObject(call.Session, handle);
        }
    }
}
