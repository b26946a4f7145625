using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Interop;
using MpcSigner.Pkcs11.Modules;
using MpcSigner.Pkcs11.Sessions;

namespace MpcSigner.Pkcs11.Keys;

/// <summary>A key pair in a token, of which the private half never leaves it. Safe for use by many threads.</summary>
public sealed unsafe class SigningKey
{
    /// <summary>The longest message of Ed25519, which the token takes in one piece.</summary>
    public const int MaxMessageBytes = 64 * 1024;

    /// <summary>The digest that P-256 signs.</summary>
    public const int DigestBytes = 32;

    /// <summary>Ed25519: R ‖ S; P-256: r ‖ s.</summary>
    public const int SignatureBytes = 64;

    private readonly Pkcs11Token _token;
    private readonly byte[] _publicKey;

    private SigningKey(Pkcs11Token token, KeyName name, SigningAlgorithm algorithm, byte[] publicKey) =>
        (_token, Name, Algorithm, _publicKey) = (token, name, algorithm, publicKey);

    /// <summary>Its name in the token.</summary>
    public KeyName Name { get; }

    /// <summary>What it signs with.</summary>
    public SigningAlgorithm Algorithm { get; }

    /// <summary>Ed25519: 32 bytes (RFC 8032); P-256: 04 ‖ x ‖ y.</summary>
    public ReadOnlyMemory<byte> PublicKey => _publicKey;

    /// <summary>Makes a key pair in the token.</summary>
    /// <param name="token">Ready.</param>
    /// <param name="name">Not used yet.</param>
    /// <param name="algorithm">Which.</param>
    /// <param name="limit">Above zero.</param>
    /// <exception cref="Pkcs11Exception">
    /// <see cref="Pkcs11Failure.KeyExists"/>, <see cref="Pkcs11Failure.MechanismMissing"/>, <see cref="Pkcs11Failure.TokenFull"/>; <see cref="Pkcs11Failure.KeyTooWeak"/>: the token made
    /// something else than was asked for, and it was destroyed. After <see cref="Pkcs11Failure.Timeout"/> the key may or may not exist.
    /// </exception>
    public static SigningKey Generate(Pkcs11Token token, KeyName name, SigningAlgorithm algorithm, TimeSpan limit)
    {
        var deadline = token.After(limit);
        RequireMechanism(token, algorithm, deadline);
        KeyGeneration.Pair(token, name, algorithm, deadline);
        try
        {
            return Find(token, name, algorithm, deadline);
        }
        catch (Pkcs11Exception e) when (e.Failure is Pkcs11Failure.KeyTooWeak or Pkcs11Failure.BadAnswer)
        {
            KeyGeneration.Destroy(token, name, deadline, CKO.PRIVATE_KEY, CKO.PUBLIC_KEY);
            throw;
        }
    }

    /// <summary>Finds a key pair and judges its attributes.</summary>
    /// <param name="token">Ready.</param>
    /// <param name="name">Its name, the same for both halves.</param>
    /// <param name="algorithm">What it must be.</param>
    /// <param name="limit">Above zero.</param>
    /// <exception cref="Pkcs11Exception">
    /// <see cref="Pkcs11Failure.KeyNotFound"/>, <see cref="Pkcs11Failure.KeyAmbiguous"/>, <see cref="Pkcs11Failure.KeyTooWeak"/>, <see cref="Pkcs11Failure.MechanismMissing"/>, or the token fails.
    /// </exception>
    public static SigningKey Find(Pkcs11Token token, KeyName name, SigningAlgorithm algorithm, TimeSpan limit)
    {
        var deadline = token.After(limit);
        RequireMechanism(token, algorithm, deadline);
        return Find(token, name, algorithm, deadline);
    }

    /// <summary>Signs in the token. Verify the signature before it leaves this host: a fault in a token's arithmetic can give its key away.</summary>
    /// <param name="message">Ed25519: the message, at most <see cref="MaxMessageBytes"/>; P-256: the digest, <see cref="DigestBytes"/> bytes.</param>
    /// <param name="limit">Above zero.</param>
    /// <returns><see cref="SignatureBytes"/> bytes. P-256: s is as the token gives it, low or high.</returns>
    /// <exception cref="Pkcs11Exception">The token fails.</exception>
    public byte[] Sign(ReadOnlySpan<byte> message, TimeSpan limit)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(message.Length, MaxMessageBytes, nameof(message));
        if (Algorithm is SigningAlgorithm.P256)
            ArgumentOutOfRangeException.ThrowIfNotEqual(message.Length, DigestBytes, nameof(message));
        using var memory = CallMemory.Rent(message.Length);
        var input = memory.Copy(message);
        NativeBytes signature = default;
        _token.Use("signing", _token.After(limit), memory, call =>
        {
            var how = new CK_MECHANISM { mechanism = (ulong)Curves.SigningOf(Algorithm) };
            call.Check(call.Functions.C_SignInit(call.Session, &how, KeyList.Find(call, CKO.PRIVATE_KEY, Name)), "C_SignInit");
            var output = call.Memory.Allocate(SignatureBytes + Gcm.Slack);
            var length = (ulong)output.Length;
            call.Check(call.Functions.C_Sign(call.Session, (byte*)input.Address, (ulong)input.Length, (byte*)output.Address, &length), "C_Sign");
            signature = call.Length(length, output.Length, "C_Sign") == SignatureBytes
                ? output.First(SignatureBytes)
                : throw call.BadAnswer($"C_Sign gave {length} bytes where a signature has {SignatureBytes}.");
        });
        return signature.Span.ToArray();
    }

    /// <summary>Destroys both halves in the token.</summary>
    /// <param name="limit">Above zero.</param>
    /// <exception cref="Pkcs11Exception">It is not there, the token refuses or fails.</exception>
    public void Destroy(TimeSpan limit) => KeyGeneration.Destroy(_token, Name, _token.After(limit), CKO.PRIVATE_KEY, CKO.PUBLIC_KEY);

    /// <summary>Name and algorithm; nothing secret.</summary>
    public override string ToString() => $"signing key {Name} ({Algorithm})";

    private static void RequireMechanism(Pkcs11Token token, SigningAlgorithm algorithm, Deadline deadline)
    {
        token.RequireReady(deadline);
        var mechanism = Curves.SigningOf(algorithm);
        if (!token.Supports((ulong)mechanism))
            throw new Pkcs11Exception(Pkcs11Failure.MechanismMissing, token.Description.Label, $"it has no CKM_{mechanism}.");
    }

    private static SigningKey Find(Pkcs11Token token, KeyName name, SigningAlgorithm algorithm, Deadline deadline)
    {
        byte[] publicKey = [];
        using var memory = CallMemory.Rent();
        token.Use("examining a signing key", deadline, memory, call =>
        {
            var handle = KeyList.Find(call, CKO.PRIVATE_KEY, name);
            KeyAttributes.Require(call, handle, name, CKA.KEY_TYPE, (ulong)Curves.KeyTypeOf(algorithm), algorithm.ToString());
            KeyAttributes.RequireLocked(call, handle, name);
            KeyAttributes.Require(call, handle, name, (CKA.SIGN, true), (CKA.UNWRAP, false), (CKA.DECRYPT, false));
            publicKey = ReadPublic(call, handle, name, algorithm);
        });
        return new(token, name, algorithm, publicKey);
    }

    private static byte[] ReadPublic(SessionCall call, ulong privateHandle, KeyName name, SigningAlgorithm algorithm)
    {
        // Some tokens tell the point of the private object too; the public object is the standard's place.
        var handle = KeyList.FindAll(call, CKO.PUBLIC_KEY, name) is [] ? privateHandle : KeyList.Find(call, CKO.PUBLIC_KEY, name);
        var curve = KeyAttributes.Read(call, handle, CKA.EC_PARAMS);
        if (curve is null || !Curves.NamesOf(algorithm).Any(known => known.AsSpan().SequenceEqual(curve)))
            throw KeyAttributes.TooWeak(call, name, $"CKA_EC_PARAMS does not name the curve of {algorithm}");
        if (KeyAttributes.Read(call, handle, CKA.EC_POINT) is not { } point)
            throw new Pkcs11Exception(Pkcs11Failure.KeyNotFound, call.Token, $"the public half of key {name} is not there.");
        return Curves.ReadPoint(algorithm, point) ?? throw call.BadAnswer($"CKA_EC_POINT of key {name} is no point of {algorithm} in any known encoding.");
    }
}
