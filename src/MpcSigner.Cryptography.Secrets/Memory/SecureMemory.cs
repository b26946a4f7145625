using System.Diagnostics;
using System.Runtime.InteropServices;
using MpcSigner.Cryptography.Secrets.Randomness;

namespace MpcSigner.Cryptography.Secrets.Memory;

/// <summary>A piece of a locked slab: zero when handed out, wiped when released, and released even when forgotten.</summary>
/// <remarks>No public road to the bytes: what may read them is in this assembly or a named friend.</remarks>
[DebuggerDisplay("<redacted>")]
public sealed unsafe class SecureMemory : SafeHandle
{
    private readonly Slab _slab;
    private readonly SecureSlabs _owner;

    internal SecureMemory(SecureSlabs owner, Slab slab, nint address, int length)
        : base(0, ownsHandle: true)
    {
        (_owner, _slab, Length) = (owner, slab, length);
        SetHandle(address);
    }

    /// <summary>Bytes usable.</summary>
    public int Length { get; }

    /// <summary>Is the memory that secrets live in really locked? Read it at start and refuse or warn.</summary>
    public static MemoryLockStatus LockStatus => SecureSlabs.Shared.LockStatus;

    public override bool IsInvalid => handle == 0;

    /// <param name="length">1..<see cref="SecureSlabs.MaxPiece"/> bytes.</param>
    /// <exception cref="SecureMemoryException">The bound on locked memory is reached, or memory cannot be locked though it must be.</exception>
    internal static SecureMemory Allocate(int length) => SecureSlabs.Shared.Allocate(length);

    internal static SecureMemory CopyOf(ReadOnlySpan<byte> bytes)
    {
        var memory = Allocate(bytes.Length);
        bytes.CopyTo(memory.DangerousSpan);
        return memory;
    }

    /// <summary>Fresh random bytes that never existed elsewhere: a nonce's seed, a salt that is secret until it is opened.</summary>
    /// <param name="length">1..<see cref="SecureSlabs.MaxPiece"/> bytes.</param>
    /// <param name="random">Where they come from.</param>
    public static SecureMemory Random(int length, IRandomSource random)
    {
        var memory = Allocate(length);
        random.Fill(memory.DangerousSpan);
        return memory;
    }

    /// <summary>Moves bytes that came from outside (a passphrase read, a token's answer) into locked memory and wipes where they were.</summary>
    /// <param name="source">1..<see cref="SecureSlabs.MaxPiece"/> bytes; zero afterwards, whatever happens.</param>
    public static SecureMemory TakeFrom(Span<byte> source)
    {
        try
        {
            return CopyOf(source);
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(source);
        }
    }

    /// <summary>The bytes, for as long as the borrower holds them: a concurrent release waits for it.</summary>
    /// <exception cref="ObjectDisposedException">Already released.</exception>
    internal Borrowed Borrow() => new(this);

    /// <summary>The bytes of memory that nobody else can release yet: for its maker, before it is handed on.</summary>
    internal Span<byte> DangerousSpan => new((void*)handle, Length);

    public override string ToString() => "SecureMemory(<redacted>)";

    protected override bool ReleaseHandle()
    {
        _owner.Release(_slab, handle, Length);
        return true;
    }

    /// <summary>A hold on the memory; ends with its scope.</summary>
    internal readonly ref struct Borrowed
    {
        private readonly SecureMemory _memory;

        internal Borrowed(SecureMemory memory)
        {
            var held = false;
            memory.DangerousAddRef(ref held);
            _memory = memory;
        }

        internal Span<byte> Span => _memory.DangerousSpan;

        public void Dispose() => _memory.DangerousRelease();
    }
}
