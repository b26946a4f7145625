using System.Security.Cryptography;
using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Interop;
using MpcSigner.Pkcs11.Modules;
using MpcSigner.Pkcs11.Sessions;

namespace MpcSigner.Pkcs11.Keys;

/// <summary>An AES-256 key in a token that seals secrets of this host. Safe for use by many threads.</summary>
public sealed unsafe class SealingKey
{
    /// <summary>The longest secret.</summary>
    public const int MaxSecretBytes = 1 << 20;

    /// <summary>The longest context.</summary>
    public const int MaxContextBytes = 4_096;

    private readonly Pkcs11Token _token;

    private SealingKey(Pkcs11Token token, KeyName name, SealMethod method, bool isModifiable) =>
        (_token, Name, Method, IsModifiable) = (token, name, method, isModifiable);

    /// <summary>Its name in the token.</summary>
    public KeyName Name { get; }

    /// <summary>How it seals.</summary>
    public SealMethod Method { get; }

    /// <summary>The token would let its attributes be changed, as far as the standard lets them: never to weaker ones.</summary>
    public bool IsModifiable { get; }

    /// <summary>What was found out about the token's AES-GCM; null for a key that wraps.</summary>
    public GcmProfile? Gcm => SealMethods.Wraps(Method) ? null : _token.Gcm;

    /// <summary>Makes a key, by AES-GCM where the token has it.</summary>
    /// <param name="token">Ready.</param>
    /// <param name="name">Not used yet.</param>
    /// <param name="limit">Above zero.</param>
    /// <param name="method">Null: the best that the token has.</param>
    /// <exception cref="Pkcs11Exception">
    /// <see cref="Pkcs11Failure.KeyExists"/>, <see cref="Pkcs11Failure.MechanismMissing"/>, <see cref="Pkcs11Failure.TokenFull"/>; <see cref="Pkcs11Failure.KeyTooWeak"/>: the token
    /// made something else than was asked for, and it was destroyed. After <see cref="Pkcs11Failure.Timeout"/> the key may or may not exist.
    /// </exception>
    public static SealingKey Generate(Pkcs11Token token, KeyName name, TimeSpan limit, SealMethod? method = null)
    {
        var deadline = token.After(limit);
        token.RequireReady(deadline);
        var chosen = method ?? Best(token);
        KeyGeneration.Aes(token, name, SealMethods.Wraps(chosen), deadline);
        try
        {
            return Find(token, name, deadline, method);
        }
        catch (Pkcs11Exception e) when (e.Failure is Pkcs11Failure.KeyTooWeak or Pkcs11Failure.MechanismMissing or Pkcs11Failure.BadAnswer)
        {
            KeyGeneration.Destroy(token, name, deadline, CKO.SECRET_KEY);
            throw;
        }
    }

    /// <summary>Finds a key, judges its attributes and sees it seal and open.</summary>
    /// <param name="token">Ready.</param>
    /// <param name="name">Its name.</param>
    /// <param name="limit">Above zero.</param>
    /// <exception cref="Pkcs11Exception">
    /// <see cref="Pkcs11Failure.KeyNotFound"/>, <see cref="Pkcs11Failure.KeyAmbiguous"/>, <see cref="Pkcs11Failure.KeyTooWeak"/>, <see cref="Pkcs11Failure.MechanismMissing"/>, or the token fails.
    /// </exception>
    public static SealingKey Find(Pkcs11Token token, KeyName name, TimeSpan limit) => Find(token, name, token.After(limit), null);

    /// <summary>Seals a secret so that it opens only with this key and in this context.</summary>
    /// <param name="secret">1..<see cref="MaxSecretBytes"/> bytes.</param>
    /// <param name="context">What it belongs to; at most <see cref="MaxContextBytes"/> bytes. Not secret, not kept.</param>
    /// <param name="limit">Above zero.</param>
    /// <returns>Sealed bytes, which may be stored anywhere.</returns>
    /// <exception cref="Pkcs11Exception">The token fails.</exception>
    public byte[] Seal(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> context, TimeSpan limit) => Seal(secret, context, _token.After(limit));

    /// <summary>The length of the secret in sealed bytes; null if these are none.</summary>
    public static int? OpenedLength(ReadOnlySpan<byte> sealedBytes) => SealedForm.TryRead(sealedBytes, out var form) ? form.PlainLength : null;

    /// <summary>Opens what was sealed with this key in this context.</summary>
    /// <param name="sealedBytes">What <see cref="Seal(ReadOnlySpan{byte}, ReadOnlySpan{byte}, TimeSpan)"/> gave.</param>
    /// <param name="context">The same as then.</param>
    /// <param name="destination">Of <see cref="OpenedLength"/> bytes; the caller's locked memory. Untouched or zero unless the whole opens.</param>
    /// <param name="limit">Above zero.</param>
    /// <exception cref="Pkcs11Exception"><see cref="Pkcs11Failure.NotAuthentic"/>, or the token fails.</exception>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    public void Open(ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> context, Span<byte> destination, TimeSpan limit) =>
        Open(sealedBytes, context, destination, _token.After(limit));

    /// <summary>Destroys the key in the token. What it sealed can never be opened again.</summary>
    /// <param name="limit">Above zero.</param>
    /// <exception cref="Pkcs11Exception">It is not there, the token refuses or fails. After <see cref="Pkcs11Failure.Timeout"/> it may or may not exist.</exception>
    public void Destroy(TimeSpan limit) => KeyGeneration.Destroy(_token, Name, _token.After(limit), CKO.SECRET_KEY);

    /// <summary>Name and method; nothing secret.</summary>
    public override string ToString() => $"sealing key {Name} ({Method})";

    private static SealMethod Best(Pkcs11Token token)
    {
        foreach (var method in Enum.GetValues<SealMethod>())
        {
            if (token.Supports((ulong)SealMethods.MechanismOf(method)))
                return method;
        }
        throw new Pkcs11Exception(Pkcs11Failure.MechanismMissing, token.Description.Label, "it has none of CKM_AES_GCM, CKM_AES_KEY_WRAP_KWP and CKM_AES_KEY_WRAP_PAD.");
    }

    private static SealingKey Find(Pkcs11Token token, KeyName name, Deadline deadline, SealMethod? method)
    {
        var gcm = token.Gcm;
        bool wraps = false, modifiable = true;
        using (var memory = CallMemory.Rent())
        {
            token.Use("examining a sealing key", deadline, memory, call =>
            {
                var handle = KeyList.Find(call, CKO.SECRET_KEY, name);
                wraps = Judge(call, handle, name);
                modifiable = KeyAttributes.ReadBool(call, handle, CKA.MODIFIABLE) ?? true;
                if (!wraps)
                    gcm ??= GcmProbe.Run(call, handle);
            });
        }
        token.Gcm ??= gcm;
        var key = new SealingKey(token, name, wraps ? method ?? Wrapping(token) : SealMethod.AesGcm, modifiable);
        key.SeeItWork(deadline);
        return key;
    }

    private static SealMethod Wrapping(Pkcs11Token token) =>
        token.Supports((ulong)CKM.AES_KEY_WRAP_KWP) ? SealMethod.KeyWrapKwp : SealMethod.KeyWrapPad;

    /// <summary>Refuses a key that is weaker than it must be; says whether it is one that wraps.</summary>
    private static bool Judge(SessionCall call, ulong handle, KeyName name)
    {
        const ulong KeyBytes = 32;
        KeyAttributes.Require(call, handle, name, CKA.KEY_TYPE, (ulong)CKK.AES, "AES");
        KeyAttributes.Require(call, handle, name, CKA.VALUE_LEN, KeyBytes, "AES-256");
        KeyAttributes.RequireLocked(call, handle, name);
        var wraps = KeyAttributes.ReadBool(call, handle, CKA.UNWRAP) is true && KeyAttributes.ReadBool(call, handle, CKA.DECRYPT) is not true;
        KeyAttributes.Require(call, handle, name, (CKA.ENCRYPT, !wraps), (CKA.DECRYPT, !wraps), (CKA.WRAP, wraps), (CKA.UNWRAP, wraps), (CKA.SIGN, false), (CKA.VERIFY, false));
        return wraps;
    }

    private void SeeItWork(Deadline deadline)
    {
        ReadOnlySpan<byte> probe = "MpcSigner sees this key work"u8;
        Span<byte> opened = stackalloc byte[probe.Length];
        Open(Seal(probe, "probe"u8, deadline), "probe"u8, opened, deadline);
        if (!opened.SequenceEqual(probe))
            throw new Pkcs11Exception(Pkcs11Failure.BadAnswer, _token.Description.Label, $"key {Name} does not open what it seals.");
    }

    private byte[] Seal(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> context, Deadline deadline)
    {
        ArgumentOutOfRangeException.ThrowIfZero(secret.Length, nameof(secret));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(secret.Length, MaxSecretBytes, nameof(secret));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(context.Length, MaxContextBytes, nameof(context));
        var associated = SealedForm.AssociatedData(Method, context);
        using var memory = CallMemory.Rent(Keys.Gcm.MemoryFor(secret.Length, associated.Length));
        if (SealMethods.Wraps(Method))
            return SealByWrapping(memory, secret, associated, deadline);

        var profile = _token.Gcm!;
        var (aad, plain) = (memory.Copy(associated), memory.Copy(secret));
        NativeBytes iv = default, cipher = default;
        _token.Use("sealing", deadline, memory, call =>
            (iv, cipher) = Keys.Gcm.Encrypt(call, profile.Layout, profile.TokenChoosesIv, KeyList.Find(call, CKO.SECRET_KEY, Name), aad, plain));
        return SealedForm.Write(Method, [], iv.Span, cipher.Span);
    }

    private byte[] SealByWrapping(CallMemory memory, ReadOnlySpan<byte> secret, byte[] associated, Deadline deadline)
    {
        var dataKey = memory.Allocate(KeyWrap.DataKeyBytes);
        RandomNumberGenerator.Fill(dataKey.Span);
        var output = new byte[Keys.Gcm.IvBytes + secret.Length + Keys.Gcm.TagBytes];
        var iv = output.AsSpan(0, Keys.Gcm.IvBytes);
        var cipher = output.AsSpan(Keys.Gcm.IvBytes, secret.Length);
        var tag = output.AsSpan(Keys.Gcm.IvBytes + secret.Length);
        RandomNumberGenerator.Fill(iv);
        using (var gcm = new AesGcm(dataKey.Span, Keys.Gcm.TagBytes))
            gcm.Encrypt(iv, secret, cipher, tag, associated);
        NativeBytes wrapped = default;
        _token.Use("sealing", deadline, memory, call =>
            wrapped = KeyWrap.Wrap(call, SealMethods.MechanismOf(Method), KeyList.Find(call, CKO.SECRET_KEY, Name), dataKey));
        return SealedForm.Write(Method, wrapped.Span, iv, output.AsSpan(Keys.Gcm.IvBytes));
    }

    private void Open(ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> context, Span<byte> destination, Deadline deadline)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(context.Length, MaxContextBytes, nameof(context));
        if (!SealedForm.TryRead(sealedBytes, out var form))
            throw new Pkcs11Exception(Pkcs11Failure.NotAuthentic, _token.Description.Label, "these are not sealed bytes.");
        if (destination.Length != form.PlainLength)
            throw new ArgumentException($"{form.PlainLength} bytes are needed for what is opened", nameof(destination));
        if (SealMethods.Wraps(form.Method) != SealMethods.Wraps(Method))
            throw new Pkcs11Exception(Pkcs11Failure.NotAuthentic, _token.Description.Label, $"these bytes were sealed by {form.Method}; key {Name} seals by {Method}.");
        var associated = SealedForm.AssociatedData(form.Method, context);
        using var memory = CallMemory.Rent(Keys.Gcm.MemoryFor(form.Cipher.Length, associated.Length));
        if (SealMethods.Wraps(Method))
            OpenByUnwrapping(memory, form, associated, destination, deadline);
        else
            OpenInToken(memory, form, associated, destination, deadline);
    }

    private void OpenInToken(CallMemory memory, SealedForm form, byte[] associated, Span<byte> destination, Deadline deadline)
    {
        var profile = _token.Gcm!;
        var (iv, aad, cipher) = (memory.Copy(form.Iv), memory.Copy(associated), memory.Copy(form.Cipher));
        NativeBytes plain = default;
        _token.Use("opening", deadline, memory, call =>
        {
            var handle = KeyList.Find(call, CKO.SECRET_KEY, Name);
            try
            {
                plain = Keys.Gcm.Decrypt(call, profile.Layout, handle, iv, aad, cipher);
            }
            catch (Pkcs11Exception e) when (e.Function == "C_Decrypt" && e.Failure is not Pkcs11Failure.NotAuthentic && profile.RefusalCodes.Contains(e.Code!.Value)
                && GcmProbe.Works(call, profile, handle))
            {
                // This token has no code of its own for a tag that does not fit. The key works: so it was the tag.
                throw e.As(Pkcs11Failure.NotAuthentic);
            }
        });
        plain.Span.CopyTo(destination);
    }

    private void OpenByUnwrapping(CallMemory memory, SealedForm form, byte[] associated, Span<byte> destination, Deadline deadline)
    {
        var wrapped = memory.Copy(form.Wrapped);
        var mechanism = SealMethods.MechanismOf(form.Method);
        NativeBytes dataKey = default;
        _token.Use("opening", deadline, memory, call =>
        {
            var handle = KeyList.Find(call, CKO.SECRET_KEY, Name);
            try
            {
                dataKey = KeyWrap.Unwrap(call, mechanism, handle, wrapped);
            }
            catch (Pkcs11Exception e) when (e.Function == "C_UnwrapKey" && e.Failure is Pkcs11Failure.DeviceFailed && KeyWrap.Works(call, mechanism, handle))
            {
                // As above: no code of its own for a wrapped key that does not fit.
                throw e.As(Pkcs11Failure.NotAuthentic);
            }
        });
        try
        {
            using var gcm = new AesGcm(dataKey.Span, Keys.Gcm.TagBytes);
            gcm.Decrypt(form.Iv, form.Cipher[..form.PlainLength], form.Cipher[form.PlainLength..], destination, associated);
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new Pkcs11Exception(Pkcs11Failure.NotAuthentic, _token.Description.Label, $"what is to be opened with key {Name} does not fit its tag.");
        }
    }
}
