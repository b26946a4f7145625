using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Protocols.Dkg;

/// <summary>What a finished round 3 leaves with a party: N key records, to be stored as PENDING with the sealed shares before anything is acknowledged (spec §9 "Commit").</summary>
/// <remarks>Owns the shares. The keys may not be used, nor their addresses shown, before the certificate is complete.</remarks>
public sealed class DkgResult : IDisposable
{
    internal DkgResult(
        DkgInput input, PartyId self, Digest32 t2, IReadOnlyList<KeyRecord> records, IReadOnlyList<Digest32> recordHashes, Digest32 recordsRoot, SecretScalars shares)
    {
        Input = input;
        Self = self;
        T2 = t2;
        Records = records;
        RecordHashes = recordHashes;
        RecordsRoot = recordsRoot;
        Shares = shares;
    }

    public DkgInput Input { get; }

    public PartyId Self { get; }

    public Digest32 T2 { get; }

    /// <summary>In key order.</summary>
    public IReadOnlyList<KeyRecord> Records { get; }

    /// <summary>KH of each record.</summary>
    public IReadOnlyList<Digest32> RecordHashes { get; }

    /// <summary>KHR.</summary>
    public Digest32 RecordsRoot { get; }

    /// <summary>x_{i,k} in key order; disposed with the result.</summary>
    public SecretScalars Shares { get; }

    /// <summary>What the ACK signs.</summary>
    public Digest32 AckDigest => LifecycleDigests.Ack(Input.Suite, default, Input.Order, T2, RecordsRoot);

    /// <summary>Signs the ACK (payload of message type 4). Call it only with shares and records durable as PENDING, and send it only once it is durable itself.</summary>
    public byte[] SignAck(IIdentitySigner identity) => identity.Sign(AckDigest);

    public void Dispose() => Shares.Dispose();
}
