namespace MpcSigner.Node.Start;

/// <summary>The files of one node.</summary>
internal sealed record NodeDirectory(string Path)
{
    /// <summary>The sealed identity seed, with what finds its sealing key.</summary>
    public string Identity => In("identity.sealed");

    /// <summary>The identity key that is to follow, made by <c>identity new</c>; there until a roster names it.</summary>
    public string NextIdentity => In("identity.next.sealed");

    /// <summary>Held by the process that changes one of the two; empty, and stays.</summary>
    public string IdentityLock => In("identity.lock");

    public string TlsKey => In("tls.key");

    public string TlsCertificate => In("tls.crt");

    /// <summary>Written by <c>init</c> where the authority's key was not at hand.</summary>
    public string TlsRequest => In("tls.csr");

    /// <summary>The TLS key that is to follow, made by <c>cert new</c>; <c>cert use</c> puts both in the others' place.</summary>
    public string NextTlsKey => In("tls.next.key");

    public string NextTlsCertificate => In("tls.next.crt");

    /// <summary>For the authority, where its key was not at hand.</summary>
    public string NextTlsRequest => In("tls.next.csr");

    /// <summary>Where operators of a quorum give their shares; there while the node waits for them.</summary>
    public string UnsealSocket => In("unseal.sock");

    public string Store => In("node.db");

    /// <summary>
    /// There until the store has been made, which needs the cluster id and so a roster, which needs this node's keys. Without it a missing
    /// database is an error: an empty one in its place would forget every share and every session that was signed in.
    /// </summary>
    public string StorePending => In("store.pending");

    /// <summary>
    /// Written by <c>store restored</c>, gone after the next start: the database is older than what this node has done since, or lost. Without it peers
    /// refuse the node as an older process of itself.
    /// </summary>
    public string StoreRestored => In("store.restored");

    /// <summary>Written by <c>peer readmit</c>, gone after the next start.</summary>
    public string PeersReadmitted => In("peers.readmitted");

    private string In(string file) => System.IO.Path.Combine(Path, file);
}
