using System.Net;
using Microsoft.Extensions.Logging;
using MpcSigner.Coordination.Boundary;

namespace MpcSigner.Node.Options;

/// <summary>What an operator configures. All paths are absolute.</summary>
internal sealed record NodeOptions
{
    /// <value>The node's name in the roster; a start with another node's identity is refused.</value>
    public required string Name { get; init; }

    /// <value>What <c>init</c> made: sealed identity, TLS key and certificate, database.</value>
    public required string Directory { get; init; }

    public required IPEndPoint Listen { get; init; }

    public required string Roster { get; init; }

    public required string RosterSignature { get; init; }

    public required string Policy { get; init; }

    public required string PolicySignature { get; init; }

    /// <value>Ed25519 public key, 32 bytes: whose signature roster and policy must bear.</value>
    public required ReadOnlyMemory<byte> AdministratorKey { get; init; }

    /// <value>PEM certificates of the authority that certificates of nodes and clients must come from.</value>
    public required string Authority { get; init; }

    /// <value>Null where no generation of the sealing key is kept by a passphrase.</value>
    public PassphraseSource? Passphrase { get; init; }

    /// <value>The passphrase that another takes the place of, until the change of seal has ended.</value>
    public PassphraseSource? FormerPassphrase { get; init; }

    /// <value>The token that keeps the sealing key or the identity; null for none.</value>
    public HsmOptions? Hsm { get; init; }

    /// <value>The token that another takes the place of, until the change of seal has ended.</value>
    public HsmOptions? FormerHsm { get; init; }

    /// <value>How long a quorum's operators have from the first share to the last, 1 min..24 h; 15 min unless set.</value>
    public TimeSpan UnsealWindow { get; init; } = DefaultUnsealWindow;

    public static readonly TimeSpan DefaultUnsealWindow = TimeSpan.FromMinutes(15);

    public static readonly TimeSpan MinUnsealWindow = TimeSpan.FromMinutes(1);

    public static readonly TimeSpan MaxUnsealWindow = TimeSpan.FromHours(24);

    public HardeningPolicy Hardening { get; init; } = HardeningPolicy.Require;

    /// <value>Opened shares kept in locked memory, 0..65,536; 4,096 unless set.</value>
    public int CachedShares { get; init; } = DefaultCachedShares;

    /// <value>From a share's opening to its wiping, 0..24 h; 1 h unless set. 0: each use opens it anew.</value>
    public TimeSpan CachedShareLife { get; init; } = Vault.ShareCache.DefaultLife;

    public const int DefaultCachedShares = Vault.ShareCache.DefaultCapacity;
    public const int MaxCachedShares = Vault.ShareCache.MaxCapacity;

    /// <value>What is made ahead for signatures, and what peers may have made here.</value>
    public PoolSettings Pools { get; init; } = new();

    /// <value>Whether pair setups for ECDSA are made at start; true unless set.</value>
    public bool PairSetupsAtStart { get; init; } = true;

    /// <value>How long a stop waits for running requests, 0..5 min; 10 s unless set.</value>
    public TimeSpan ShutdownTimeout { get; init; } = DefaultShutdownTimeout;

    public static readonly TimeSpan DefaultShutdownTimeout = TimeSpan.FromSeconds(10);

    public static readonly TimeSpan MaxShutdownTimeout = TimeSpan.FromMinutes(5);

    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    public LogFormat LogFormat { get; init; } = LogFormat.Plain;

    /// <value>Null: standard error.</value>
    public string? LogFile { get; init; }
}

internal enum HardeningPolicy
{
    /// <summary>A failed check refuses the start.</summary>
    Require,

    /// <summary>A failed check is logged as a warning.</summary>
    Warn,

    /// <summary>Nothing is hardened; said loudly. For development and tests.</summary>
    Off,
}

internal enum LogFormat
{
    Plain,
    Json,
}

/// <summary>Where a passphrase that seals this node's secrets, or a token's PIN, comes from.</summary>
internal abstract record PassphraseSource
{
    private PassphraseSource() { }

    /// <summary>The file's bytes without a trailing line break.</summary>
    public sealed record FromFile(string Path) : PassphraseSource;

    public sealed record FromEnvironment(string Variable) : PassphraseSource;

    /// <param name="Command">A program's path, then its arguments; what it prints is the passphrase.</param>
    public sealed record FromCommand(IReadOnlyList<string> Command) : PassphraseSource;

    /// <summary>Asked at the terminal, without echo.</summary>
    public sealed record FromPrompt : PassphraseSource;
}
