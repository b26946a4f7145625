namespace MpcSigner.Pkcs11.Keys;

/// <summary>How GCM's parameters are laid out.</summary>
public enum GcmLayout
{
    /// <summary>2.40's header and 3.x: with <c>ulIvBits</c>.</summary>
    WithIvBits,

    /// <summary>2.40's text: without.</summary>
    WithoutIvBits,
}

/// <summary>What was found out about a token's AES-GCM.</summary>
/// <param name="Layout">Which parameters it takes.</param>
/// <param name="TokenChoosesIv">It wants a zero IV and writes its own there.</param>
/// <param name="KnownAnswerChecked">A key of known value could be made, and the result was .NET's.</param>
/// <param name="RefusalCodes">What it answered to a changed tag and a changed context.</param>
public sealed record GcmProfile(GcmLayout Layout, bool TokenChoosesIv, bool KnownAnswerChecked, IReadOnlyList<ulong> RefusalCodes);
