using System.Buffers.Binary;
using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Interop;
using MpcSigner.Pkcs11.Sessions;

namespace MpcSigner.Pkcs11.Keys;

/// <summary>Reads an object's attributes, one at a time: tokens differ in what they do with several of which one is unknown.</summary>
internal static unsafe class KeyAttributes
{
    /// <summary>The longest attribute that is read.</summary>
    internal const int MaxBytes = 1_024;

    /// <summary>Null if the object has none, or the token does not tell.</summary>
    internal static byte[]? Read(SessionCall call, ulong handle, CKA type)
    {
        var mark = call.Memory.Mark;
        try
        {
            var value = call.Memory.Allocate(MaxBytes);
            var attribute = new Template(call.Memory).Add(type, value).Build();
            var code = call.Functions.C_GetAttributeValue(call.Session, handle, attribute, 1);
            if (code is (ulong)CKR.ATTRIBUTE_TYPE_INVALID or (ulong)CKR.ATTRIBUTE_SENSITIVE || attribute->ulValueLen == CK.UNAVAILABLE_INFORMATION)
                return null;
            call.Check(code, "C_GetAttributeValue");
            return value.First(call.Length(attribute->ulValueLen, MaxBytes, "C_GetAttributeValue")).Span.ToArray();
        }
        finally
        {
            call.Memory.ReturnTo(mark);
        }
    }

    internal static bool? ReadBool(SessionCall call, ulong handle, CKA type) => Read(call, handle, type) is [var value] ? value != CK.FALSE : null;

    internal static ulong? ReadNumber(SessionCall call, ulong handle, CKA type) =>
        Read(call, handle, type) is { Length: sizeof(ulong) } bytes ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : null;

    /// <summary>Refuses a key of which an attribute is not as required, and names it.</summary>
    internal static void Require(SessionCall call, ulong handle, KeyName name, params ReadOnlySpan<(CKA Type, bool Value)> required)
    {
        foreach (var (type, value) in required)
        {
            var found = ReadBool(call, handle, type);
            // One that may be left out is false by the standard; the token must say that a protection holds.
            if (found != value && !(found is null && !value && type is CKA.DERIVE or CKA.WRAP or CKA.UNWRAP or CKA.ENCRYPT or CKA.DECRYPT or CKA.SIGN or CKA.VERIFY))
                throw TooWeak(call, name, $"CKA_{type} is {Shown(found)} and must be {Shown(value)}");
        }
    }

    internal static void Require(SessionCall call, ulong handle, KeyName name, CKA type, ulong value, string meaning)
    {
        var found = ReadNumber(call, handle, type);
        if (found != value)
            throw TooWeak(call, name, $"CKA_{type} is {found?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "not told"} and must be {value} ({meaning})");
    }

    /// <summary>What every key that this program relies on must be: made in the token, and never able to leave it.</summary>
    internal static void RequireLocked(SessionCall call, ulong handle, KeyName name) => Require(
        call, handle, name, (CKA.TOKEN, true), (CKA.PRIVATE, true), (CKA.SENSITIVE, true), (CKA.EXTRACTABLE, false), (CKA.LOCAL, true),
        (CKA.ALWAYS_SENSITIVE, true), (CKA.NEVER_EXTRACTABLE, true), (CKA.DERIVE, false));

    internal static Pkcs11Exception TooWeak(SessionCall call, KeyName name, string why) => new(Pkcs11Failure.KeyTooWeak, call.Token, $"key {name}: {why}.");

    private static string Shown(bool? value) => value switch
    {
        true => "true",
        false => "false",
        null => "not told",
    };
}
