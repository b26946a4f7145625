using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Frost;

namespace MpcSigner.Kernel.Tests.Protocols.Support;

/// <summary>A key that a committee has generated, with every party's share.</summary>
internal sealed class SigningKey : IDisposable
{
    public SigningKey(int t, int n, string seed = "signing key", Suite suite = Suite.FrostEd25519)
    {
        Committee = Committee.OfSize(n, seed);
        using var run = new DkgRun(Committee, Committee.Input(t, suite: suite));
        Record = run.Results[Committee.Pids[0]].Records[0];
        Hash = KeyRecordHash.Compute(Record);
        Shares = run.Results.ToDictionary(pair => pair.Key, pair => pair.Value.Shares[0]);
    }

    public Committee Committee { get; }
    public KeyRecord Record { get; }
    public Digest32 Hash { get; }
    public Dictionary<PartyId, SecretScalar> Shares { get; }

    public FrostRun Run(FrostRun.Change? tamper = null, string name = "sign", byte[]? message = null, uint[]? path = null,
        FrostMode mode = FrostMode.None, byte[]? root = null) => new FrostRun
    {
        Committee = Committee, Record = Record, Shares = Shares, Signers = [.. Committee.Pids.Take(Record.Threshold)], Run = name,
        Tamper = tamper ?? ((_, _, payload) => payload), Message = message ?? MessageOf(Record.Suite), Path = path ?? [], Mode = mode, Root = root ?? [],
    }.Go();

    /// <summary>Something the suite signs: Taproot takes digests only.</summary>
    public static byte[] MessageOf(Suite suite) =>
        suite == Suite.FrostSecp256k1Taproot ? System.Security.Cryptography.SHA256.HashData("a message"u8) : "a message"u8.ToArray();

    public void Dispose()
    {
        foreach (var share in Shares.Values)
            share.Dispose();
        Committee.Dispose();
    }
}
