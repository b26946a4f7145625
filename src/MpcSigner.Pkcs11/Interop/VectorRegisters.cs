using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MpcSigner.Pkcs11.Interop;

/// <summary>Overwrites what copies left in a thread's vector registers.</summary>
/// <remarks>
/// The C library copies through vector registers and does not clear them; a module's last copy is the opened share on its way into our locked memory. A thread that then waits for its next call keeps it there,
/// and a core dump holds every thread's registers. Found so: 32 bytes of a share in the notes of a core. The same copies of zeros, by every width, take the same registers.
/// </remarks>
internal static unsafe partial class VectorRegisters
{
    private const int Widest = 512;

    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Clear()
    {
        var from = stackalloc byte[Widest];
        var to = stackalloc byte[Widest];
        new Span<byte>(from, Widest).Clear();
        for (var size = Widest; size >= sizeof(ulong); size /= 2)
            memmove(to, from, (nuint)size);
    }

    [LibraryImport("libc"), SuppressGCTransition]
    private static partial void* memmove(void* to, void* from, nuint length);
}
