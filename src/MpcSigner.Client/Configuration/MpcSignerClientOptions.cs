using System.Security.Cryptography.X509Certificates;

namespace MpcSigner.Client;

/// <summary>What a client needs to know and to have. <see cref="ClientFolder.Load"/> reads it from a folder as <c>mpcsigner cluster init</c> writes it.</summary>
public sealed record MpcSignerClientOptions
{
    /// <value>The exact bytes of the cluster's first roster (YAML).</value>
    public required ReadOnlyMemory<byte> Roster { get; init; }

    /// <value>The exact bytes of the administrator's signature over it (YAML).</value>
    public required ReadOnlyMemory<byte> RosterSignature { get; init; }

    /// <value>Later versions up to the one in force, ascending without gaps; each is believed by the signatures of administrators of the one before.</value>
    public IReadOnlyList<SignedRoster> RosterUpdates { get; init; } = [];

    /// <value>The administrator's Ed25519 public key, 32 bytes: what the client trusts. It comes to the client by another road than the roster.</value>
    public required ReadOnlyMemory<byte> AdministratorKey { get; init; }

    /// <value>Signs this client's requests. Stays its owner's to dispose.</value>
    public required IRequestSigner Signer { get; init; }

    /// <value>This client's P-256 certificate with its private key, pinned by the roster.</value>
    public required X509Certificate2 TlsCertificate { get; init; }

    /// <value>The authorities that nodes' certificates must come from, besides being pinned by the roster. Empty: the pin alone counts.</value>
    public IReadOnlyList<X509Certificate2> TrustedAuthorities { get; init; } = [];

    /// <value>Name of the node to ask first; null for any. Another is asked when it cannot answer.</value>
    public string? PreferredNode { get; init; }

    /// <value>How long a request stays valid after it was issued; 1 minute to 7 days, default 10 minutes.</value>
    public TimeSpan RequestLife { get; init; } = TimeSpan.FromMinutes(10);

    /// <value>How long to try for a signature, over all nodes; 1 second to 10 minutes, default 30 seconds.</value>
    public TimeSpan SigningTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <value>How long one node may take before the next one is asked; 500 ms to 10 minutes, default 10 seconds. Creations are given their whole time.</value>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <value>How long to try to create keys: default 30 seconds, and 200 ms more for each key.</value>
    public TimeSpan CreationTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <value>The clock of requests and deadlines; the system's unless set.</value>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
