using MpcSigner.Pkcs11.Interop;

namespace MpcSigner.Pkcs11.Sessions;

/// <summary>A PIN that the token has accepted, in locked memory, to log in again after the token was away.</summary>
internal sealed class KeptPin : IDisposable
{
    /// <summary>The longest PIN.</summary>
    internal const int MaxLength = 1_024;

    private readonly LockedMemory _memory;
    private readonly int _length;

    /// <exception cref="ArgumentOutOfRangeException">Longer than <see cref="MaxLength"/>.</exception>
    internal KeptPin(ReadOnlySpan<byte> pin)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pin.Length, MaxLength, nameof(pin));
        _memory = LockedMemory.Rent(MaxLength);
        _length = pin.Length;
        pin.CopyTo(_memory.Span);
    }

    /// <summary>A copy that belongs to one call.</summary>
    internal NativeBytes CopyTo(CallMemory memory) => memory.Copy(_memory.Span[.._length]);

    public void Dispose() => _memory.Dispose();

    public override string ToString() => "KeptPin(<redacted>)";
}
