using MpcSigner.Core.Keys;

namespace MpcSigner.Cryptography.Secrets.SelfTests;

/// <summary>The checks of libcrypto, as far as P-256 depends on it. Each answers null, or what was wrong.</summary>
internal static class P256Checks
{
    internal static IReadOnlyList<(string Check, Func<string?> Run)> All { get; } =
    [
        .. new CurveChecks(
            Cryptography.Groups.Groups.For(Curve.P256),
            generator: "036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
            scalar: "00a1b2c3d4e5f60718293a4b5c6d7e8f9a0b1c2d3e4f5061728394a5b6c7d8e9",
            multiple: "02993de8ee1fb8a19a3fe96b0a2ce4ddaade3a39727f8bb6ad084695bccaf306bf",
            notOnCurve: "020000000000000000000000000000000000000000000000000000000000000001",
            outOfRange: "02ffffffff00000001000000000000000000000001000000000000000000000004").All,
    ];
}
