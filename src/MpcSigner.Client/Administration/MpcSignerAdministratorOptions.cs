using System.Security.Cryptography.X509Certificates;

namespace MpcSigner.Client;

/// <summary>What an administrator's tool needs to know and to have. <see cref="AdministratorFolder.Load"/> reads it from a folder.</summary>
public sealed record MpcSignerAdministratorOptions
{
    /// <value>The exact bytes of the cluster's first roster (YAML).</value>
    public required ReadOnlyMemory<byte> Roster { get; init; }

    /// <value>The exact bytes of an administrator's signature over it (YAML).</value>
    public required ReadOnlyMemory<byte> RosterSignature { get; init; }

    /// <value>Later versions up to the one in force, ascending without gaps.</value>
    public IReadOnlyList<SignedRoster> RosterUpdates { get; init; } = [];

    /// <value>The Ed25519 public key of the administrator who signed the roster, 32 bytes, known by another road than the roster.</value>
    public required ReadOnlyMemory<byte> AdministratorKey { get; init; }

    /// <value>A P-256 certificate with its private key that the roster pins for an administrator: it opens the nodes' door. Null to compose and sign without calling a node.</value>
    public required X509Certificate2? TlsCertificate { get; init; }

    /// <value>Keys of administrators that are at hand; none to have files signed elsewhere. They stay their owner's to dispose.</value>
    public IReadOnlyList<IRequestSigner> Signers { get; init; } = [];

    /// <value>The authorities that nodes' certificates must come from, besides being pinned by the roster. Empty: the pin alone counts.</value>
    public IReadOnlyList<X509Certificate2> TrustedAuthorities { get; init; } = [];

    /// <value>How long a composed order may be begun: signing by several and a long job fall within it. 1 minute to 7 days, default 3 days.</value>
    public TimeSpan OrderLife { get; init; } = TimeSpan.FromDays(3);

    /// <value>For one answer of one node. 1 second to 10 minutes, default 20 s.</value>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <value>Deadlines and order times are counted by this clock.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
