using System.Security.Cryptography;
using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Interop;
using MpcSigner.Pkcs11.Sessions;

namespace MpcSigner.Pkcs11.Keys;

/// <summary>AES key wrap in the token (NIST SP 800-38F, RFC 5649) of a data key that lives here for one sealing or opening.</summary>
/// <remarks>Only keys can be wrapped: the data key becomes a session object, is wrapped, and is destroyed; opening goes the other way.</remarks>
internal static unsafe class KeyWrap
{
    internal const int DataKeyBytes = 32;

    /// <returns>The wrapped key.</returns>
    internal static NativeBytes Wrap(SessionCall call, CKM mechanism, ulong wrappingKey, NativeBytes dataKey)
    {
        var template = DataKeyTemplate(call).Add(CKA.VALUE, dataKey);
        ulong handle = 0;
        call.Check(call.Functions.C_CreateObject(call.Session, template.Build(), template.Count, &handle), "C_CreateObject");
        try
        {
            var how = new CK_MECHANISM { mechanism = (ulong)mechanism };
            var output = call.Memory.Allocate(SealedForm.MaxWrapped);
            var length = (ulong)output.Length;
            call.Check(call.Functions.C_WrapKey(call.Session, &how, wrappingKey, handle, (byte*)output.Address, &length), "C_WrapKey");
            return call.Length(length, output.Length, "C_WrapKey") > DataKeyBytes
                ? output.First((int)length)
                : throw call.BadAnswer($"C_WrapKey gave {length} bytes, which cannot be {DataKeyBytes} wrapped ones.");
        }
        finally
        {
            // A session object: should this fail, it ends with its session.
            _ = call.Functions.C_DestroyObject(call.Session, handle);
        }
    }

    /// <returns>The data key, in the call's memory.</returns>
    internal static NativeBytes Unwrap(SessionCall call, CKM mechanism, ulong wrappingKey, NativeBytes wrapped)
    {
        var template = DataKeyTemplate(call);
        var how = new CK_MECHANISM { mechanism = (ulong)mechanism };
        ulong handle = 0;
        var code = call.Functions.C_UnwrapKey(call.Session, &how, wrappingKey, (byte*)wrapped.Address, (ulong)wrapped.Length, template.Build(), template.Count, &handle);
        call.Check(code, "C_UnwrapKey");
        try
        {
            var value = call.Memory.Allocate(DataKeyBytes);
            var attribute = new Template(call.Memory).Add(CKA.VALUE, value).Build();
            call.Check(call.Functions.C_GetAttributeValue(call.Session, handle, attribute, 1), "C_GetAttributeValue");
            return attribute->ulValueLen == DataKeyBytes
                ? value
                : throw new Pkcs11Exception(Pkcs11Failure.NotAuthentic, call.Token, "what was unwrapped is not a data key.");
        }
        finally
        {
            _ = call.Functions.C_DestroyObject(call.Session, handle);
        }
    }

    /// <summary>Does a key wrap and unwrap now? Tells a wrapped key that does not fit from a failing token.</summary>
    internal static bool Works(SessionCall call, CKM mechanism, ulong wrappingKey)
    {
        try
        {
            var dataKey = call.Memory.Allocate(DataKeyBytes);
            RandomNumberGenerator.Fill(dataKey.Span);
            return Unwrap(call, mechanism, wrappingKey, Wrap(call, mechanism, wrappingKey, dataKey)).Span.SequenceEqual(dataKey.Span);
        }
        catch (Pkcs11Exception)
        {
            return false;
        }
    }

    private static Template DataKeyTemplate(SessionCall call) => new Template(call.Memory)
        .With(CKA.CLASS, CKO.SECRET_KEY).With(CKA.KEY_TYPE, CKK.AES).With(CKA.TOKEN, false).With(CKA.PRIVATE, true)
        .With(CKA.SENSITIVE, false).With(CKA.EXTRACTABLE, true);
}
