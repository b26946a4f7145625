using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MpcSigner.Pkcs11.Faults;

namespace MpcSigner.Pkcs11.Interop;

/// <summary>A region that is locked, out of core dumps, zero when handed out and wiped when given back.</summary>
/// <remarks>This project may not name the secret types of others; and memory that a stalled call may still write must belong to nobody else.</remarks>
internal sealed unsafe partial class LockedMemory : IDisposable
{
    private const int PROT_READ = 1;
    private const int PROT_WRITE = 2;
    private const int MAP_PRIVATE = 2;
    private const int MAP_ANONYMOUS = 0x20;
    private const int MADV_DONTDUMP = 16;
    private const nint MAP_FAILED = -1;

    /// <summary>Most calls fit; regions of this size are kept for the next call.</summary>
    internal const int UsualSize = 16 * 1024;

    /// <summary>Regions kept at most: 1 MiB.</summary>
    private const int MaxKept = 64;

    private static readonly ConcurrentBag<LockedMemory> Kept = [];

    private nint _address;

    private LockedMemory(nint address, int size) => (_address, Size) = (address, size);

    ~LockedMemory() => Release();

    internal int Size { get; }

    internal nint Address => _address != 0 ? _address : throw new ObjectDisposedException(nameof(LockedMemory));

    internal Span<byte> Span => new((void*)Address, Size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint mmap(nint addr, nuint length, int prot, int flags, int fd, nint offset);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int munmap(nint addr, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int mlock(nint addr, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int madvise(nint addr, nuint length, int advice);

    /// <exception cref="Pkcs11Exception"><see cref="Pkcs11Failure.HostMemory"/>: there is none, or it cannot be locked.</exception>
    internal static LockedMemory Rent(int size)
    {
        if (size <= UsualSize && Kept.TryTake(out var kept))
            return kept;
        var rounded = Math.Max(UsualSize, (size + UsualSize - 1) / UsualSize * UsualSize);
        var address = mmap(0, (nuint)rounded, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (address == MAP_FAILED)
            throw Refused("mmap");
        var memory = new LockedMemory(address, rounded);
        if (mlock(address, (nuint)rounded) != 0 || madvise(address, (nuint)rounded, MADV_DONTDUMP) != 0)
        {
            var refused = Refused("mlock");
            memory.Release();
            GC.SuppressFinalize(memory);
            throw refused;
        }
        return memory;
    }

    /// <summary>Wipes, and keeps for the next call or gives back.</summary>
    public void Dispose()
    {
        if (_address == 0)
            return;
        CryptographicOperations.ZeroMemory(Span);
        if (Size == UsualSize && Kept.Count < MaxKept)
        {
            // A fresh object holds the region: a second Dispose of this one must not reach what another call uses by then.
            Kept.Add(new(_address, Size));
            _address = 0;
        }
        else
        {
            Release();
        }
        GC.SuppressFinalize(this);
    }

    public override string ToString() => "LockedMemory(<redacted>)";

    private void Release()
    {
        if (_address == 0)
            return;
        CryptographicOperations.ZeroMemory(new Span<byte>((void*)_address, Size));
        // The kernel takes a region that it gave; were it to refuse, the region stays mapped and wiped.
        _ = munmap(_address, (nuint)Size);
        _address = 0;
    }

    private static Pkcs11Exception Refused(string call)
    {
        var number = Marshal.GetLastPInvokeError();
        return new(Pkcs11Failure.HostMemory, null, $"memory for secrets cannot be had: {call}: {Marshal.GetPInvokeErrorMessage(number)}");
    }
}
