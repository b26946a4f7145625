using System.Numerics;
using System.Runtime.InteropServices;
using MpcSigner.Cryptography.Secrets.Interop.LibC;
using MpcSigner.Cryptography.Secrets.Interop.Sodium;

namespace MpcSigner.Cryptography.Secrets.Memory;

/// <summary>One region of <c>sodium_malloc</c> (guard pages, locked, kept out of core dumps), handed out by buddies: pieces of 32·2^k bytes.</summary>
/// <remarks>All bookkeeping lies outside the region, on the managed heap; nothing secret is in it. Not thread-safe: <see cref="SecureSlabs"/> locks.</remarks>
internal sealed unsafe class Slab
{
    internal const int MinPiece = 32;

    private const sbyte NotAHead = -1;

    private readonly Stack<int>[] _free;
    private readonly sbyte[] _freeOrder;

    private Slab(nint address, int size, bool locked)
    {
        (Address, Size, IsLocked) = (address, size, locked);
        var orders = BitOperations.Log2((uint)(size / MinPiece)) + 1;
        _free = new Stack<int>[orders];
        for (var order = 0; order < orders; order++)
            _free[order] = new();
        _freeOrder = new sbyte[size / MinPiece];
        Array.Fill(_freeOrder, NotAHead);
        Offer(0, orders - 1);
    }

    internal nint Address { get; }

    internal int Size { get; }

    internal bool IsLocked { get; }

    /// <summary>Bytes handed out, rounded up to pieces.</summary>
    internal int InUse { get; private set; }

    /// <param name="size">A power of two, at least <see cref="MinPiece"/>.</param>
    internal static Slab Create(int size)
    {
        var address = SecretSodium.sodium_malloc((nuint)size);
        if (address == 0)
            throw new SecureMemoryException($"the system gives no {size} bytes of guarded memory (errno {Marshal.GetLastPInvokeError()})");
        // sodium_malloc succeeds when its own mlock fails; a second call tells, and is harmless on locked pages.
        var locked = LibC.mlock(address, (nuint)size) == 0;
        new Span<byte>((void*)address, size).Clear();
        return new(address, size, locked);
    }

    internal static int OrderOf(int length) => length <= MinPiece ? 0 : BitOperations.Log2((uint)(length - 1) / MinPiece) + 1;

    internal static int PieceSize(int length) => MinPiece << OrderOf(length);

    /// <returns>The address of a zeroed piece, or 0 if none is free.</returns>
    internal nint Take(int length)
    {
        var order = OrderOf(length);
        for (var from = order; from < _free.Length; from++)
        {
            if (!TryTakeBlock(from, out var block))
                continue;
            for (var half = from - 1; half >= order; half--)
                Offer(block + (1 << half), half);
            InUse += MinPiece << order;
            return Address + (nint)block * MinPiece;
        }
        return 0;
    }

    /// <summary>Takes back a piece, already wiped, and joins it with its free buddies.</summary>
    internal void Return(nint address, int length)
    {
        var order = OrderOf(length);
        var block = (int)((address - Address) / MinPiece);
        InUse -= MinPiece << order;
        while (order < _free.Length - 1 && _freeOrder[block ^ (1 << order)] == order)
        {
            // The buddy's entry in its stack goes stale; TryTakeBlock skips it.
            _freeOrder[block ^ (1 << order)] = NotAHead;
            block &= ~(1 << order);
            order++;
        }
        Offer(block, order);
    }

    internal void Free() => SecretSodium.sodium_free(Address);

    private void Offer(int block, int order)
    {
        _freeOrder[block] = (sbyte)order;
        _free[order].Push(block);
    }

    private bool TryTakeBlock(int order, out int block)
    {
        while (_free[order].TryPop(out block))
        {
            if (_freeOrder[block] != order)
                continue;
            _freeOrder[block] = NotAHead;
            return true;
        }
        return false;
    }
}
