using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Interop;
using MpcSigner.Pkcs11.Modules;
using MpcSigner.Pkcs11.Sessions;

namespace MpcSigner.Pkcs11.Keys;

/// <summary>Makes and destroys keys of the token, in a session that may write.</summary>
internal static unsafe class KeyGeneration
{
    private const ulong AesKeyBytes = 32;

    /// <summary>An AES-256 key that can only encrypt and decrypt, or only wrap and unwrap.</summary>
    internal static void Aes(Pkcs11Token token, KeyName name, bool wraps, Deadline deadline)
    {
        using var memory = CallMemory.Rent();
        var handle = memory.Allocate(sizeof(ulong));
        token.Use(
            "generating a key",
            deadline,
            memory,
            call =>
            {
                FirstThatIsTaken([true, false], modifiableIsSet =>
                {
                    // Before each way: a token that made a key and then reported an error must not make a second one.
                    KeyList.RequireNone(call, CKO.SECRET_KEY, name);
                    var template = Protected(call, CKO.SECRET_KEY, CKK.AES, name, modifiableIsSet).With(CKA.VALUE_LEN, AesKeyBytes)
                        .With(CKA.ENCRYPT, !wraps).With(CKA.DECRYPT, !wraps).With(CKA.WRAP, wraps).With(CKA.UNWRAP, wraps)
                        // Some tokens permit MACs unless told otherwise.
                        .With(CKA.SIGN, false).With(CKA.VERIFY, false);
                    var how = new CK_MECHANISM { mechanism = (ulong)CKM.AES_KEY_GEN };
                    call.Check(call.Functions.C_GenerateKey(call.Session, &how, template.Build(), template.Count, (ulong*)handle.Address), "C_GenerateKey");
                });
            },
            writes: true,
            tidyLate: call => DestroyIfMade(call, handle));
    }

    /// <summary>A key pair that can only sign.</summary>
    internal static void Pair(Pkcs11Token token, KeyName name, SigningAlgorithm algorithm, Deadline deadline)
    {
        using var memory = CallMemory.Rent();
        var (publicHandle, privateHandle) = (memory.Allocate(sizeof(ulong)), memory.Allocate(sizeof(ulong)));
        token.Use(
            "generating a key pair",
            deadline,
            memory,
            call =>
            {
                (byte[] Curve, bool ModifiableIsSet)[] ways = [.. from set in (bool[])[true, false] from curve in Curves.NamesOf(algorithm) select (curve, set)];
                FirstThatIsTaken(ways, way =>
                {
                    KeyList.RequireNone(call, CKO.PRIVATE_KEY, name);
                    KeyList.RequireNone(call, CKO.PUBLIC_KEY, name);
                    var type = Curves.KeyTypeOf(algorithm);
                    var open = new Template(call.Memory).With(CKA.CLASS, CKO.PUBLIC_KEY).With(CKA.KEY_TYPE, type).With(CKA.TOKEN, true).With(CKA.PRIVATE, false)
                        .With(CKA.VERIFY, true).With(CKA.EC_PARAMS, way.Curve).Named(name);
                    var secret = Protected(call, CKO.PRIVATE_KEY, type, name, way.ModifiableIsSet).With(CKA.SIGN, true).With(CKA.DECRYPT, false).With(CKA.UNWRAP, false);
                    var how = new CK_MECHANISM { mechanism = (ulong)Curves.GenerationOf(algorithm) };
                    var code = call.Functions.C_GenerateKeyPair(
                        call.Session, &how, open.Build(), open.Count, secret.Build(), secret.Count, (ulong*)publicHandle.Address, (ulong*)privateHandle.Address);
                    call.Check(code, "C_GenerateKeyPair");
                });
            },
            writes: true,
            tidyLate: call =>
            {
                DestroyIfMade(call, privateHandle);
                DestroyIfMade(call, publicHandle);
            });
    }

    /// <summary>Destroys the one key of a name in each class, and looks that it is gone.</summary>
    internal static void Destroy(Pkcs11Token token, KeyName name, Deadline deadline, params CKO[] kinds)
    {
        using var memory = CallMemory.Rent();
        token.Use(
            "destroying a key",
            deadline,
            memory,
            call =>
            {
                // Found anew: a handle that is remembered may be another object's by now.
                call.Connection.Handles.Clear();
                foreach (var kind in kinds)
                {
                    if (kind is CKO.PUBLIC_KEY && KeyList.FindAll(call, kind, name) is [])
                        continue;
                    call.Check(call.Functions.C_DestroyObject(call.Session, KeyList.Find(call, kind, name)), "C_DestroyObject");
                    call.Connection.Handles.Clear();
                    if (KeyList.FindAll(call, kind, name) is not [])
                        throw call.BadAnswer($"key {name} is still there after C_DestroyObject.");
                }
            },
            writes: true);
    }

    private static Template Protected(SessionCall call, CKO kind, CKK type, KeyName name, bool modifiableIsSet)
    {
        var template = new Template(call.Memory).With(CKA.CLASS, kind).With(CKA.KEY_TYPE, type).With(CKA.TOKEN, true).With(CKA.PRIVATE, true)
            .With(CKA.SENSITIVE, true).With(CKA.EXTRACTABLE, false).With(CKA.DERIVE, false).Named(name);
        return modifiableIsSet ? template.With(CKA.MODIFIABLE, false) : template;
    }

    /// <summary>Tokens differ in the names of curves and in whether a key may be made unmodifiable: goes on to the next way when one is refused for what it says.</summary>
    private static void FirstThatIsTaken<T>(ReadOnlySpan<T> ways, Action<T> make)
    {
        Pkcs11Exception? first = null;
        foreach (var way in ways)
        {
            try
            {
                make(way);
                return;
            }
            catch (Pkcs11Exception e) when (e.Is(CKR.TEMPLATE_INCONSISTENT) || e.Is(CKR.TEMPLATE_INCOMPLETE) || e.Is(CKR.ATTRIBUTE_VALUE_INVALID)
                || e.Is(CKR.ATTRIBUTE_TYPE_INVALID) || e.Is(CKR.ATTRIBUTE_READ_ONLY) || e.Is(CKR.CURVE_NOT_SUPPORTED) || e.Is(CKR.DOMAIN_PARAMS_INVALID)
                || e.Is(CKR.ARGUMENTS_BAD) || e.Is(CKR.GENERAL_ERROR) || e.Is(CKR.FUNCTION_FAILED))
            {
                first ??= e;
            }
        }
        throw first!;
    }

    private static void DestroyIfMade(SessionCall call, NativeBytes handle)
    {
        var made = *(ulong*)handle.Address;
        if (made != CK.INVALID_HANDLE)
            Cryptoki.Check(call.Functions.C_DestroyObject(call.Session, made), "C_DestroyObject", call.Token);
    }
}
