using System.Security.Cryptography;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Frost;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Resharing;

/// <summary>A key's life: generated, refreshed, reshared, refreshed again, one share lost and recovered; and it signs with the shares of every generation.</summary>
public sealed class MaintenanceChainTests
{
    private static readonly int[] OldPids = [1, 7, 65535], NewPids = [7, 300, 301, 9000, 65535];

    [Theory]
    [InlineData(Suite.FrostEd25519)]
    [InlineData(Suite.FrostSecp256k1)]
    [InlineData(Suite.FrostSecp256k1Taproot)]
    [InlineData(Suite.EcdsaSecp256k1)]
    [InlineData(Suite.EcdsaP256)]
    public void A_key_signs_in_every_generation(Suite suite)
    {
        var seed = $"chain {suite}";
        using var world = new Committee(seed, [.. OldPids.Union(NewPids).Order()]);
        using var generated = KeyBatch.Generate(suite, 2, OldPids, 2, seed);
        using var refreshed = Run(world, generated, keys => keys.Refresh());
        AssertSigns(suite, refreshed, seed);
        using var reshared = Run(world, refreshed, keys => keys.Reshare(world, [new(1), new(65535)], 3, NewPids));
        AssertSigns(suite, reshared, seed);
        using var again = Run(world, reshared, keys => keys.Refresh());
        Assert.Equal(3u, again.Records[1].Generation);
        using var recovered = Run(world, again, keys => keys.Recover([new(300), new(301), new(9000)], new(65535)));
        Assert.Equal([65535], recovered.Shares.Keys.Select(pid => (int)pid.Value));
        foreach (var (pid, shares) in again.Shares.Where(pair => pair.Key.Value != 65535))
            recovered.Shares.Add(pid, KeyBatch.Copy(shares));
        AssertSigns(suite, recovered, seed);
        Assert.True(generated.Records[1].PublicKey.Span.SequenceEqual(recovered.Records[1].PublicKey.Span));
    }

    private static KeyBatch Run(Committee world, KeyBatch before, Func<KeyBatch, MaintenanceAction> action)
    {
        using var run = new MaintenanceRun(world, before, KeyBatch.TermsOf(action(before)));
        Assert.Empty(run.Faults);
        return KeyBatch.After(run);
    }

    /// <summary>The last t parties sign with the second key.</summary>
    private static void AssertSigns(Suite suite, KeyBatch keys, string seed)
    {
        var record = keys.Records[1];
        var shares = keys.Pids.TakeLast(keys.Threshold).ToDictionary(pid => pid, pid => keys.Shares[pid][1]);
        var committee = new Committee(seed, [.. keys.Pids.Select(pid => (int)pid.Value)]);
        if (suite is Suite.EcdsaSecp256k1 or Suite.EcdsaP256)
        {
            using var run = new EcdsaRun(committee, record, shares);
            using var presigned = run.Presign(count: 1);
            var (signed, _) = run.Sign(presigned, 0, run.Request(presigned, 0, "after", SHA256.HashData("a message"u8), [], []));
            Assert.Equal(record.PublicKey.ToArray(), signed.PublicKey.Encode());
            return;
        }
        using (committee)
        {
            var run = new FrostRun
            {
                Committee = committee, Record = record, Shares = shares, Signers = [.. shares.Keys.Order()], Message = SigningKey.MessageOf(suite), Mode = FrostMode.None,
            }.Go();
            Assert.NotNull(run.Signature);
        }
        foreach (var share in shares.Values)
            share.Dispose();
    }
}
