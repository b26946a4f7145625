using System.Runtime.InteropServices;

namespace MpcSigner.Cryptography.Interop.Sodium;

/// <summary><c>sodium/core.h</c>, <c>sodium/version.h</c>.</summary>
internal static partial class Libsodium
{
    [LibraryImport(Name)]
    internal static partial int sodium_init();

    [LibraryImport(Name)]
    internal static partial nint sodium_version_string();

    [LibraryImport(Name)]
    internal static partial int sodium_library_version_major();
}
