namespace MpcSigner.Node.Commands;

/// <summary>How the process ended, for scripts and service managers. Numbers are stable and printed by <c>--help</c>.</summary>
internal enum ExitCode
{
    Success = 0,

    /// <summary>Our own bug; the log has it.</summary>
    InternalError = 1,
    BadCommandLine = 2,
    BadOptions = 3,

    HardeningRefused = 10,
    NativeLibrary = 11,

    RosterInvalid = 20,
    RosterSignature = 21,
    PolicyInvalid = 22,
    PolicySignature = 23,
    IdentityNotInRoster = 24,
    OtherNodesIdentity = 25,
    TlsKeyNotPinned = 26,
    TlsCertificate = 27,

    WrongPassphrase = 30,
    PassphraseUnavailable = 31,
    IdentityDamaged = 32,
    NotInitialised = 33,
    AlreadyInitialised = 34,
    WrongPin = 35,
    PinLocked = 36,
    TokenUnavailable = 37,
    TokenRefused = 38,

    StoreMissing = 40,
    StoreDamaged = 41,
    StoreOtherNode = 42,
    StoreOtherCluster = 43,
    StoreNewerVersion = 44,
    StoreInUse = 45,
    StoreUnavailable = 46,

    CannotListen = 50,

    ShareRefused = 60,
    NotWaitingForShares = 61,

    /// <summary>The running node stopped itself: its store failed or an invariant broke.</summary>
    Halted = 70,
}

internal static class ExitCodes
{
    public static string Explain(ExitCode code) => code switch
    {
        ExitCode.Success => "ended as asked",
        ExitCode.InternalError => "a defect of this program; the log has it",
        ExitCode.BadCommandLine => "the command line is wrong",
        ExitCode.BadOptions => "the options file is wrong; all errors are listed",
        ExitCode.HardeningRefused => "a hardening check failed and hardening is 'require'",
        ExitCode.NativeLibrary => "a native library is missing or failed its self-test",
        ExitCode.RosterInvalid => "the roster cannot be read",
        ExitCode.RosterSignature => "the roster is not signed by the pinned administrator",
        ExitCode.PolicyInvalid => "the policy cannot be read",
        ExitCode.PolicySignature => "the policy is not signed by the pinned administrator",
        ExitCode.IdentityNotInRoster => "the roster does not know this node's identity",
        ExitCode.OtherNodesIdentity => "the identity belongs to another node of the roster than the options name",
        ExitCode.TlsKeyNotPinned => "the roster pins another TLS key for this node",
        ExitCode.TlsCertificate => "the TLS certificate is missing, expired, of another authority or without its key",
        ExitCode.WrongPassphrase => "the passphrase does not open the sealed identity or store",
        ExitCode.PassphraseUnavailable => "the passphrase cannot be read from its source",
        ExitCode.IdentityDamaged => "the sealed identity does not hold together",
        ExitCode.NotInitialised => "the directory holds no node; run init",
        ExitCode.AlreadyInitialised => "the directory holds a node already; init never overwrites",
        ExitCode.WrongPin => "the token refuses the PIN, which is never tried again by itself: a few more lock it",
        ExitCode.PinLocked => "the token's PIN is locked: treat it as an incident",
        ExitCode.TokenUnavailable => "the token is not there or does not answer",
        ExitCode.TokenRefused => "the token or its module cannot serve this node: unusable, another node's, a key gone or too weak",
        ExitCode.StoreMissing => "the database is missing from an initialised node; restore it",
        ExitCode.StoreDamaged => "the database is damaged or no database of this program",
        ExitCode.StoreOtherNode => "the database belongs to another node",
        ExitCode.StoreOtherCluster => "the database belongs to another cluster",
        ExitCode.StoreNewerVersion => "the database was written by a newer version",
        ExitCode.StoreInUse => "another process has this node's database open",
        ExitCode.StoreUnavailable => "the operating system refuses the database (permissions, disk)",
        ExitCode.CannotListen => "the listen address is in use or not ours",
        ExitCode.ShareRefused => "an operator's share is refused; nothing was counted",
        ExitCode.NotWaitingForShares => "no node waits for operators' shares there: it does not run, or is unsealed",
        ExitCode.Halted => "the running node stopped itself: its store failed or an invariant broke",
    };
}
