namespace MpcSigner.Node.Vault;

/// <summary>What keeps a generation of the sealing key. Numbers are stored.</summary>
internal enum SealKind : byte
{
    /// <summary>Wrapped for a key that Argon2id makes of a passphrase.</summary>
    Passphrase = 1,

    /// <summary>Wrapped for the key in a file.</summary>
    KeyFile = 2,

    /// <summary>Wrapped for a key that k of m operators put together.</summary>
    Quorum = 3,

    /// <summary>In a token, which it never leaves.</summary>
    Token = 4,
}

internal static class SealKinds
{
    /// <summary>For people, as in "under a ...".</summary>
    public static string Name(this SealKind kind) => kind switch
    {
        SealKind.Passphrase => "passphrase",
        SealKind.KeyFile => "key file",
        SealKind.Quorum => "quorum of operators",
        SealKind.Token => "token",
    };
}
