using System.Diagnostics;
using MpcSigner.Cryptography.Secrets.Memory;

namespace MpcSigner.Cryptography.Secrets.Sealing;

/// <summary>A token's PIN in locked memory, lent to one login.</summary>
/// <param name="bytes">Taken over.</param>
[DebuggerDisplay("<redacted>")]
public sealed class TokenPin(SecureMemory bytes) : IDisposable
{
    /// <summary>The longest, as bytes.</summary>
    public const int MaxBytes = 256;

    /// <summary>Takes the PIN for the length of one call, and keeps no copy that is not in locked memory.</summary>
    public delegate void Login(ReadOnlySpan<byte> pin);

    public void Use(Login login)
    {
        using var pin = bytes.Borrow();
        login(pin.Span);
    }

    public override string ToString() => "TokenPin(<redacted>)";

    public void Dispose() => bytes.Dispose();
}
