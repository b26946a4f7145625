using System.Security.Cryptography;
using MpcSigner.Cryptography.Secrets.Interop.LibC;

namespace MpcSigner.Cryptography.Secrets.Memory;

/// <summary>The process's locked memory: a few large regions, handed out in pieces.</summary>
/// <remarks>One <c>sodium_malloc</c> a secret would cost tens of microseconds and end near 16,000 of them (the kernel's bound on mappings).</remarks>
public sealed unsafe class SecureSlabs
{
    /// <summary>Bytes of an ordinary slab.</summary>
    public const int SlabSize = 256 * 1024;

    /// <summary>The largest piece; one above <see cref="SlabSize"/> has a slab of its own, given back when it is released.</summary>
    public const int MaxPiece = 16 * 1024 * 1024;

    /// <summary>Bytes of all slabs together, unless <see cref="Limit"/> says otherwise.</summary>
    public const long DefaultLimit = 256L * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly List<Slab> _slabs = [];
    private int _lastUsed;
    private long _total, _unlocked, _limit = DefaultLimit;

    internal SecureSlabs() { }

    /// <summary>The one that secrets come from.</summary>
    public static SecureSlabs Shared { get; } = new();

    /// <summary>Bytes of all slabs together at most; lowering it takes nothing back.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below one slab.</exception>
    public long Limit
    {
        get { lock (_gate) return _limit; }
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, SlabSize);
            lock (_gate) _limit = value;
        }
    }

    /// <summary>Refuse memory that cannot be locked, rather than only report it. Off unless the node turns it on.</summary>
    public bool RequireLocked { get; set; }

    /// <summary>Bytes handed out now, rounded up to pieces.</summary>
    public long BytesInUse
    {
        get { lock (_gate) return _slabs.Sum(slab => (long)slab.InUse); }
    }

    /// <summary>Makes sure that a slab exists, so that the answer is not one about nothing.</summary>
    public MemoryLockStatus LockStatus
    {
        get
        {
            lock (_gate)
            {
                if (_slabs.Count == 0)
                    Grow(SlabSize);
                var limit = LibC.getrlimit(LibC.RLIMIT_MEMLOCK, out var value) == 0 && value.Current != LibC.RLIM_INFINITY
                    ? (long?)(long)Math.Min(value.Current, long.MaxValue)
                    : null;
                return new(_unlocked == 0, _total - _unlocked, _unlocked, limit);
            }
        }
    }

    internal SecureMemory Allocate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaxPiece);
        lock (_gate)
        {
            var (slab, address) = Find(length);
            return new(this, slab, address, length);
        }
    }

    /// <summary>Wipes and takes back; from a finalizer too, so it never throws.</summary>
    internal void Release(Slab slab, nint address, int length)
    {
        CryptographicOperations.ZeroMemory(new Span<byte>((void*)address, length));
        lock (_gate)
        {
            slab.Return(address, length);
            if (slab.Size <= SlabSize)
                return;
            _slabs.Remove(slab);
            _total -= slab.Size;
            _unlocked -= slab.IsLocked ? 0 : slab.Size;
        }
        slab.Free();
    }

    private (Slab Slab, nint Address) Find(int length)
    {
        // The slab that served last usually serves again; else the first with room.
        for (var i = 0; i < _slabs.Count; i++)
        {
            var at = (_lastUsed + i) % _slabs.Count;
            var address = _slabs[at].Take(length);
            if (address == 0)
                continue;
            _lastUsed = at;
            return (_slabs[at], address);
        }
        var slab = Grow(Math.Max(SlabSize, Slab.PieceSize(length)));
        _lastUsed = _slabs.Count - 1;
        return (slab, slab.Take(length));
    }

    private Slab Grow(int size)
    {
        if (_total + size > _limit)
            throw new SecureMemoryException($"the bound of {_limit} bytes on locked memory is reached ({_total} in slabs, {size} asked)");
        var slab = Slab.Create(size);
        if (RequireLocked && !slab.IsLocked)
        {
            slab.Free();
            throw new SecureMemoryException($"{size} bytes cannot be locked: raise LimitMEMLOCK= of the service, or 'ulimit -l'");
        }
        _slabs.Add(slab);
        _total += size;
        _unlocked += slab.IsLocked ? 0 : size;
        return slab;
    }
}
