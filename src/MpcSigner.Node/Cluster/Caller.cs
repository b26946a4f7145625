using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;

namespace MpcSigner.Node.Cluster;

/// <summary>Whom a TLS key belongs to: the roster pins each key to one holder.</summary>
/// <param name="TlsKey">SHA-256 of the SPKI that was shown.</param>
internal abstract record Caller(Digest32 TlsKey)
{
    public sealed record Node(RosterNode Member, Digest32 TlsKey) : Caller(TlsKey);

    public sealed record Client(RosterClient Member, Digest32 TlsKey) : Caller(TlsKey);

    public sealed record Administrator(RosterAdministrator Member, Digest32 TlsKey) : Caller(TlsKey);

    /// <summary>For refusals: what this caller is.</summary>
    public string Holder => this switch
    {
        Node => "a node",
        Client => "a client",
        Administrator => "an administrator",
        _ => throw new InvalidOperationException($"a caller of no known kind: {GetType().Name}"),
    };
}
