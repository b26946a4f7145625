using System.Text;
using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Interop;
using MpcSigner.Pkcs11.Sessions;

namespace MpcSigner.Pkcs11.Modules;

/// <summary>Makes a token in an empty slot, for modules that let anyone do so, such as SoftHSM2. Hardware is initialised by its vendor's tools.</summary>
public static class TokenMaking
{
    /// <summary>The longest PIN of either kind.</summary>
    public const int MaxPinBytes = 1_024;

    /// <summary>Initialises the first empty slot. A token that is initialised already is never touched.</summary>
    /// <param name="module">No token of it is open here.</param>
    /// <param name="label">1..32 bytes of UTF-8; no token of the module has it.</param>
    /// <param name="officerPin">The security officer's, for this call only. 1..1024 bytes; the token has bounds of its own.</param>
    /// <param name="pin">The user's, likewise.</param>
    /// <param name="limit">Above zero.</param>
    /// <exception cref="Pkcs11Exception">
    /// <see cref="Pkcs11Failure.TokenAmbiguous"/>: a token of that label is there; <see cref="Pkcs11Failure.TokenNotFound"/>: no slot is empty; <see cref="Pkcs11Failure.MechanismMissing"/>:
    /// the module makes no tokens; or it fails. What it has begun by then stays: an initialised token without a user's PIN.
    /// </exception>
    public static TokenDescription Make(CryptokiModule module, string label, ReadOnlySpan<byte> officerPin, ReadOnlySpan<byte> pin, TimeSpan limit)
    {
        ArgumentOutOfRangeException.ThrowIfZero(label.Length, nameof(label));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Encoding.UTF8.GetByteCount(label), TokenOptions.MaxLabelLength, nameof(label));
        foreach (var length in (ReadOnlySpan<int>)[officerPin.Length, pin.Length])
        {
            ArgumentOutOfRangeException.ThrowIfZero(length, nameof(pin));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaxPinBytes, nameof(pin));
        }
        if (!module.Functions.CanMakeTokens)
            throw new Pkcs11Exception(Pkcs11Failure.MechanismMissing, label, "the module makes no tokens.", "Make the token with the vendor's tool.");
        var deadline = Deadline.After(limit, module.Clock);
        using var memory = CallMemory.Rent();
        var padded = memory.Copy(Padded(label));
        var (officer, user) = (memory.Copy(officerPin), memory.Copy(pin));
        module.Threads.Run("making a token", label, deadline, () => Inside(module.Functions, label, padded, officer, user), whenLate: memory.ReleaseLate, left: memory.Abandon);
        return module.Find(label, null, deadline);
    }

    private static unsafe void Inside(Cryptoki functions, string label, NativeBytes padded, NativeBytes officer, NativeBytes user)
    {
        var all = SlotList.Read(functions);
        if (all.Any(t => t.IsInitialised && t.Label == label))
            throw new Pkcs11Exception(Pkcs11Failure.TokenAmbiguous, label, "a token of that label is there already.", "Choose another label, or use the token that is there.");
        var slot = (all.FirstOrDefault(t => !t.IsInitialised)
            ?? throw new Pkcs11Exception(Pkcs11Failure.TokenNotFound, label, "the module shows no empty slot.", "Make the token with the vendor's tool.")).Slot;
        Cryptoki.Check(functions.C_InitToken(slot, (byte*)officer.Address, (ulong)officer.Length, (byte*)padded.Address), "C_InitToken", label);
        ulong session;
        Cryptoki.Check(functions.C_OpenSession(slot, CKF.SERIAL_SESSION | CKF.RW_SESSION, &session), "C_OpenSession", label);
        try
        {
            Cryptoki.Check(functions.C_Login(session, CK.CKU_SO, (byte*)officer.Address, (ulong)officer.Length), "C_Login", label);
            Cryptoki.Check(functions.C_InitPIN(session, (byte*)user.Address, (ulong)user.Length), "C_InitPIN", label);
            Cryptoki.Check(functions.C_Logout(session), "C_Logout", label);
        }
        finally
        {
            // With its last session the officer's login ends in any case.
            _ = functions.C_CloseSession(session);
        }
    }

    private static byte[] Padded(string label)
    {
        var bytes = new byte[TokenOptions.MaxLabelLength];
        bytes.AsSpan().Fill((byte)' ');
        Encoding.UTF8.GetBytes(label, bytes);
        return bytes;
    }
}
