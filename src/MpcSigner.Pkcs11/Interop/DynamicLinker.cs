using System.Runtime.InteropServices;

namespace MpcSigner.Pkcs11.Interop;

/// <summary><c>dlfcn.h</c>.</summary>
/// <remarks>Not .NET's loader: all symbols are to be resolved at once, so that one that is missing is told here and not by a crash in a call.</remarks>
internal static partial class DynamicLinker
{
    private const int RTLD_NOW = 2;

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint dlopen(string filename, int flags);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint dlsym(nint handle, string symbol);

    [LibraryImport("libc")]
    private static partial nint dlerror();

    /// <summary>A handle, or the linker's own words. A library is never unloaded: modules leave threads behind.</summary>
    internal static (nint Handle, string? Error) Open(string path)
    {
        // Binding dlerror calls the linker itself, which forgets its last words: so it is bound before they matter.
        _ = dlerror();
        var handle = dlopen(path, RTLD_NOW);
        return handle != 0 ? (handle, null) : (0, Marshal.PtrToStringUTF8(dlerror()) ?? "no reason given");
    }

    /// <summary>The symbol's address; 0 if there is none.</summary>
    internal static nint Find(nint handle, string symbol) => dlsym(handle, symbol);
}
