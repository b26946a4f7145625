namespace MpcSigner.Pkcs11.Interop;

/// <summary>A piece of a call's memory.</summary>
internal readonly record struct NativeBytes(nint Address, int Length)
{
    internal unsafe Span<byte> Span => new((void*)Address, Length);

    internal NativeBytes First(int length) => length <= Length ? this with { Length = length } : throw new ArgumentOutOfRangeException(nameof(length));
}

/// <summary>Everything that one call to a module reads and writes: arguments, templates, answers.</summary>
/// <remarks>
/// It has one owner: the caller, until the call is abandoned; then the thread that is still inside it. So a late write lands where
/// nobody else is, and is wiped there.
/// </remarks>
internal sealed class CallMemory : IDisposable
{
    private const int Alignment = 16;

    private readonly LockedMemory _memory;
    private int _used;
    private bool _abandoned;

    private CallMemory(LockedMemory memory) => _memory = memory;

    /// <param name="data">Bytes of data in and out; structures have their room beside.</param>
    internal static CallMemory Rent(int data = 0) => new(LockedMemory.Rent(data + (LockedMemory.UsualSize / 2)));

    internal NativeBytes Allocate(int length)
    {
        var rounded = (Math.Max(length, 1) + Alignment - 1) / Alignment * Alignment;
        if (rounded > _memory.Size - _used)
            throw new InvalidOperationException("a call needs more memory than it reserved");
        var piece = new NativeBytes(_memory.Address + _used, length);
        _used += rounded;
        piece.Span.Clear();
        return piece;
    }

    internal NativeBytes Copy(ReadOnlySpan<byte> bytes)
    {
        var piece = Allocate(bytes.Length);
        bytes.CopyTo(piece.Span);
        return piece;
    }

    internal unsafe nint Copy<T>(in T value)
        where T : unmanaged
    {
        var piece = Allocate(sizeof(T));
        *(T*)piece.Address = value;
        return piece.Address;
    }

    /// <summary>What was allocated after this mark may be used again: a second attempt starts where the first did.</summary>
    internal int Mark => _used;

    internal void ReturnTo(int mark) => _used = mark;

    /// <summary>The caller leaves; the thread in the call calls <see cref="ReleaseLate"/>.</summary>
    internal void Abandon() => _abandoned = true;

    internal void ReleaseLate() => _memory.Dispose();

    public void Dispose()
    {
        if (!_abandoned)
            _memory.Dispose();
    }
}
